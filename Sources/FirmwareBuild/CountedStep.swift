/// What one counted step left behind, as the tools wrote it.
package struct CountedStep: Hashable, Sendable {
  /// Lines of `Firmware/profiler/instruction_counts.c`.
  package var counts: String
  /// `objdump -d -l` of the firmware that ran: functions, instructions, source lines.
  package var disassembly: String
  /// Of the firmware that ran, which has no session; `FirmwareBuilder.build` measures the product's.
  package var report: BuildReport
}
