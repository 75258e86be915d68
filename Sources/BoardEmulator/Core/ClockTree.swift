/// Frequencies and enabled clocks, as the RCC holds them. The chip's RCC is one.
package protocol ClockTree: AnyObject {
  /// Of the core and SysTick, HCLK.
  var coreHertz: UInt64 { get }
  /// Of a peripheral's kernel clock, by the peripheral's name: `USART1`, `IWDG`.
  func hertz(of peripheral: String) -> UInt64
  /// `name` as in the RCC's enable registers: `USART1EN`.
  func isEnabled(_ name: String) -> Bool
}
