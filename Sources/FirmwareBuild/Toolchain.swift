/// The compiler of a board and its companions.
struct Toolchain: Sendable {
  let compiler: Tool
  let size: Tool
  /// Absent on the host, whose firmware is not programmed anywhere.
  let objcopy: Tool?

  init(for board: Board) throws(FirmwareBuildError) {
    switch board.runs {
    case .host:
      compiler = try Tool("gcc", packages: ["gcc", "libc6-dev"])
      size = try Tool("size", packages: ["binutils"])
      objcopy = nil
    case .qemu, .real:
      let packages = ["gcc-arm-none-eabi", "libnewlib-arm-none-eabi"]
      compiler = try Tool("arm-none-eabi-gcc", packages: packages)
      size = try Tool("arm-none-eabi-size", packages: packages)
      objcopy = try Tool("arm-none-eabi-objcopy", packages: packages)
    }
  }
}
