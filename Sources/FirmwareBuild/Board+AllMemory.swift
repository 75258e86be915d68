extension Board {
  /// The same core with all the memory of its QEMU machine, for measuring what need not fit the board it stands for:
  /// neither counts nor stack depend on where code and data lie.
  ///
  /// - Throws: `.notRunnable` for a board that is no MPS2 of QEMU.
  package func withAllMemory() throws(FirmwareBuildError) -> Board {
    guard let qemu, qemu.machine.hasPrefix("mps2-") else { throw .notRunnable(board: name) }
    var board = self
    board.sources = sources.map { $0 == "common/memory_flash_sram_ccm.c" ? "common/memory_flash_ram.c" : $0 }
    board.linkerScript = "../profiler/memory.ld"
    board.memory = [
      MemoryRegion(name: "FLASH", kind: .flash, origin: "0x00000000", bytes: 4 << 20, dma: true),
      MemoryRegion(name: "RAM", kind: .ram, origin: "0x20000000", bytes: 3 << 20, dma: true),
    ]
    board.stackBytes = 16 << 10
    board.placements = [Placement(stack: "RAM", data: "RAM", state: "RAM", arena: "RAM")]
    return board
  }
}
