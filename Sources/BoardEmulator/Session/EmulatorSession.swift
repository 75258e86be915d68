import Glibc

/// A machine that runs: its line has a host's end, its time follows real time, faults can be asked for while it runs.
///
/// One thread owns it. The machine runs in slices of virtual time; between two of them bytes go to and from the host.
package final class EmulatorSession {
  package let machine: Machine
  package let injector: FaultInjector
  private let end: (any HostEnd)?
  private let control: ControlSocket?
  private var pacing: Pacing
  private var isIdle = false
  private var pluggedInAt: VirtualTime?

  private static let slice: VirtualTime = .microseconds(500)
  /// While virtual time waits for real time; input ends it early.
  private static let waitMilliseconds: CInt = 1

  package init(_ machine: Machine, end: (any HostEnd)?, control: ControlSocket? = nil, pace: Pace) {
    self.machine = machine
    self.end = end
    self.control = control
    pacing = Pacing(pace)
    injector = FaultInjector(machine)
    injector.unplug = { [unowned self] milliseconds in unplug(for: .milliseconds(milliseconds)) }
  }

  /// Runs until `isOver`, the end of virtual time, or what stops the machine.
  package func run(for duration: VirtualTime = .max, isOver: () -> Bool = { false }) throws(Finding) {
    while !isOver(), machine.finding == nil, machine.now < duration {
      control?.serve { line in answer(line) }
      takeInput()
      let limit = min(pacing.limit(now: machine.now, isIdle: isIdle), duration)
      if limit > machine.now {
        try runSlice(until: min(limit, machine.now + Self.slice))
      } else {
        wait()
      }
    }
    deliverOutput()
  }

  private func runSlice(until time: VirtualTime) throws(Finding) {
    if let pluggedInAt {
      guard machine.now >= pluggedInAt else { return machine.stayOff(until: time) }
      self.pluggedInAt = nil
      try end?.plug()
      machine.requestReset(.powerOn)
    }
    let (began, slept) = (machine.now, machine.sleptTime)
    _ = machine.run(until: time)
    deliverOutput()
    let sleptNow = machine.sleptTime - slept
    isIdle = sleptNow * 10 > (machine.now - began) * 9 && machine.serialLine?.isBusy != true
  }

  private func takeInput() {
    guard let end, let line = machine.serialLine, pluggedInAt == nil else { return }
    line.hostBaud = end.baud
    // More waits in the kernel, as in the driver of a real port.
    guard line.waitingCount < 4096 else { return }
    let bytes = end.read()
    if bytes.isEmpty { return }
    line.write(bytes)
    isIdle = false
  }

  private func deliverOutput() {
    guard let bytes = machine.serialLine?.read() else { return }
    end?.write(bytes)
  }

  private func wait() {
    var entries = [end?.descriptor, control?.descriptor].compactMap { $0 }.filter { $0 >= 0 }.map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    poll(&entries, nfds_t(entries.count), Self.waitMilliseconds)
  }

  private func unplug(for duration: VirtualTime) {
    pluggedInAt = machine.now + duration
    end?.unplug()
    machine.serialLine?.unplug()
  }

  /// `status`, or a fault as the command line takes it.
  private func answer(_ line: String) -> String {
    if line == "status" { return summary.json }
    do throws(Finding) {
      injector.order(try FaultOrder(line))
      return "ok"
    } catch {
      return "error: \(error)"
    }
  }

  package var summary: EmulatorSummary { EmulatorSummary(machine, injector) }
}
