/// What comes out of the clock tree, and which of it is allowed.
extension ResetClockControl {
  struct PLL {
    let input, vco, output, domain48: UInt64
  }

  var pllSource: Source { word(Offset.pllcfgr) & 1 << 22 != 0 ? .hse : .hsi }

  /// VCO input = source / M, VCO = input x N, SYSCLK = VCO / P, 48 MHz domain = VCO / Q.
  var pll: PLL {
    let configuration = word(Offset.pllcfgr)
    let m = UInt64(configuration & 0x3F), n = UInt64(configuration >> 6 & 0x1FF)
    let p = UInt64(configuration >> 16 & 3) * 2 + 2, q = UInt64(configuration >> 24 & 0xF)
    let source = hertz(of: pllSource)
    return PLL(
      input: source / max(m, 1), vco: source * n / max(m, 1), output: source * n / max(m, 1) / p,
      domain48: source * n / max(m, 1) / max(q, 1))
  }

  private func hertz(of source: Source) -> UInt64 {
    switch source {
    case .hsi: Self.internalHertz
    case .hse: machine.board.externalClock.hertz
    case .pll: pll.output
    }
  }

  var systemHertz: UInt64 { hertz(of: system) }

  var coreHertz: UInt64 {
    let prescaler = word(Offset.cfgr) >> 4 & 0xF
    guard prescaler >= 8 else { return systemHertz }
    return systemHertz / [2, 4, 8, 16, 64, 128, 256, 512][Int(prescaler) - 8]
  }

  private func bus(_ shift: UInt32) -> UInt64 {
    let prescaler = word(Offset.cfgr) >> shift & 7
    return prescaler < 4 ? coreHertz : coreHertz / (2 << UInt64(prescaler - 4))
  }

  var apb1Hertz: UInt64 { bus(10) }
  var apb2Hertz: UInt64 { bus(13) }

  /// Of the kernel clock: what a USART divides, what the watchdog and the random number generator count.
  func hertz(of peripheral: String) -> UInt64 {
    switch peripheral {
    case "IWDG": return lowSpeedHertz
    case "RNG": return isReady(.pll) ? pll.domain48 : 0
    default: break
    }
    let isOnAPB2 = peripheral == "USART1" || peripheral == "USART6"
    let bus = isOnAPB2 ? apb2Hertz : apb1Hertz
    let order = ["USART1", "USART2", "USART3", "UART4", "UART5", "USART6", "UART7", "UART8"]
    guard registers.contains(where: { $0.offset == Offset.dckcfgr2 }), let index = order.firstIndex(of: peripheral) else { return bus }
    switch word(Offset.dckcfgr2) >> (2 * UInt32(index)) & 3 {
    case 0: return bus
    case 1: return systemHertz
    case 2: return Self.internalHertz
    default: return 32_768
    }
  }

  // MARK: Rules

  /// False: the machine has stopped.
  func checkPLL() -> Bool {
    let configuration = word(Offset.pllcfgr)
    let (m, n, q) = (configuration & 0x3F, configuration >> 6 & 0x1FF, configuration >> 24 & 0xF)
    let pll = self.pll
    let section = "(RM0385 5.3.2, RM0090 6.3.2)"
    func demand(_ holds: Bool, _ sentence: @autoclosure () -> String) -> Bool {
      if !holds { machine.stop(.brokenRule, "RCC_PLLCFGR: \(sentence()) \(section)") }
      return holds
    }
    return demand(isReady(pllSource), "PLLON is set before the PLL's source, \(pllSource), is ready: expected its ready flag first")
      && demand((2...63).contains(m), "found M \(m): expected 2 to 63")
      && demand((50...432).contains(n), "found N \(n): expected 50 to 432")
      && demand((2...15).contains(q), "found Q \(q): expected 2 to 15")
      && demand((1_000_000...2_000_000).contains(pll.input), "found a VCO input of \(frequency(pll.input)): expected 1 to 2 MHz")
      && demand((100_000_000...432_000_000).contains(pll.vco), "found a VCO at \(frequency(pll.vco)): expected 100 to 432 MHz")
      && demand(
        pll.output <= limits.pllOutput, "found an output of \(frequency(pll.output)): expected at most \(frequency(limits.pllOutput))")
  }

  /// Clock, regulator and flash fit each other now.
  func checkLimits() {
    let core = coreHertz
    let isOverDrive = power.isOverDrive
    let allowed = limits.core(scale: power.scale, isOverDrive: isOverDrive)
    let supply = "voltage scale \(power.scale)\(isOverDrive ? " and over-drive" : " without over-drive")"
    if core > allowed {
      machine.stop(
        .brokenRule, "HCLK is \(frequency(core)) at \(supply): expected at most \(frequency(allowed)), or PWR to be set first")
    }
    let slow = isOverDrive ? limits.apb1.overDrive : limits.apb1.normal
    if apb1Hertz > slow {
      machine.stop(.brokenRule, "APB1 runs at \(frequency(apb1Hertz)): expected at most \(frequency(slow)) by RCC_CFGR PPRE1")
    }
    let fast = isOverDrive ? limits.apb2.overDrive : limits.apb2.normal
    if apb2Hertz > fast {
      machine.stop(.brokenRule, "APB2 runs at \(frequency(apb2Hertz)): expected at most \(frequency(fast)) by RCC_CFGR PPRE2")
    }
    let needed = flashWaitStates(at: core)
    if flash.waitStates < needed {
      machine.stop(
        .brokenRule,
        "FLASH_ACR: found \(flash.waitStates) wait states at HCLK \(frequency(core)) and 3.3 V: expected at least \(needed) "
          + "before the clock is raised and until it is lowered (RM0385 3.3.2, RM0090 3.5.1)")
    }
  }
}
