/// The compiler of a board and its companions.
struct Toolchain: Sendable {
  let compiler: Tool
  let size: Tool
  /// Absent on the host, whose firmware is not programmed anywhere.
  let objcopy: Tool?

  init(for board: Board, searchPath: String) throws(FirmwareBuildError) {
    switch board.runs {
    case .host:
      compiler = try Tool("gcc", packages: ["gcc", "libc6-dev"], searchPath: searchPath)
      size = try Tool("size", packages: ["binutils"], searchPath: searchPath)
      objcopy = nil
    case .qemu, .real:
      let packages = ["gcc-arm-none-eabi", "libnewlib-arm-none-eabi"]
      compiler = try Tool("arm-none-eabi-gcc", packages: packages, searchPath: searchPath)
      size = try Tool("arm-none-eabi-size", packages: packages, searchPath: searchPath)
      objcopy = try Tool("arm-none-eabi-objcopy", packages: packages, searchPath: searchPath)
    }
  }
}
