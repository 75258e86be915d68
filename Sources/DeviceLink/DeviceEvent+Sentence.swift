import WireProtocol

extension DeviceEvent {
  /// What happened, for people: one sentence, with what to do where something can be done.
  package var sentence: String {
    switch self {
    case .connectionLost: "the device fell silent: saying hello until it answers"
    case .connectionRestored(let device): "the device \(device.title) answers again"
    case .lineSpeed(let baud): "the line runs at \(baud) baud"
    case .log(let log): log.sentence
    case .tooMuch(let count): "the device tells too much: \(count) of its messages are left out here"
    case .gap(let gap):
      "the device dropped \(gap.count) messages of \(gap.channel): its queue was full"
    case .pause(let pause):
      "the device pauses for \(pause.milliseconds) ms at most: \(pause.reason.doc)"
    case .crash(let crash): crash.sentence
    case .registers(let registers): registers.sentence
    case .complaint(let report):
      "the device complains: \(report.text) (code \(report.code.rawValue), context \(report.context))"
    }
  }

  /// Whether something was lost or is wrong.
  package var isWarning: Bool {
    switch self {
    case .connectionLost, .tooMuch, .gap, .crash, .registers, .complaint: true
    case .log(let log): log.level == .warning || log.level == .error
    case .connectionRestored, .lineSpeed, .pause: false
    }
  }
}

extension Wire.Log {
  /// The event's sentence with its two numbers; a number for an event of a newer firmware.
  package var sentence: String {
    let text =
      Wire.LogEvent(rawValue: event).map { event in
        event.doc.replacing("{first}", with: "\(first)").replacing("{second}", with: "\(second)")
      } ?? "event \(event) with \(first) and \(second), which this program does not know"
    return "device, \(milliseconds) ms after its start: \(text)"
  }
}

extension Wire.CrashReport {
  package var sentence: String {
    let start = "the firmware crashed before this start: \(kind.doc)"
    switch kind {
    case .watchdog: return "\(start) It could not say where: report it with what the board was doing"
    case .assertion: return "\(start) \(place), line \(faultAddress): \(advice)"
    case .stalled: return "\(start) \(place): \(advice)"
    case .hardFault, .memoryFault, .busFault, .usageFault, .unexpectedInterrupt:
      let status = "fault status \(hexadecimal(faultStatus)), address \(hexadecimal(faultAddress))"
      return "\(start) \(place), \(status): \(advice)"
    }
  }

  private var place: String {
    "It was at \(hexadecimal(programCounter)), called from \(hexadecimal(linkRegister))"
  }

  private var advice: String {
    "find the line with 'arm-none-eabi-addr2line -e FIRMWARE.elf \(hexadecimal(programCounter))' and report it"
  }
}

extension Wire.CrashRegisters {
  package var sentence: String {
    let registers = [
      ("r0", r0), ("r1", r1), ("r2", r2), ("r3", r3), ("r12", r12), ("xpsr", programStatus),
      ("msp", stackPointer), ("hfsr", hardFaultStatus),
    ]
    return "the crash's registers: "
      + registers.map { "\($0.0) \(hexadecimal($0.1))" }.joined(separator: ", ")
  }
}
