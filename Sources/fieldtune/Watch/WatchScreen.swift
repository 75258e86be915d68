import Foundation
import Synchronization

/// The terminal while `watch` has it: a screen of its own, redrawn in place, and `q` to leave.
final class WatchScreen: Sendable {
  private let former: Mutex<termios?>

  /// Whether standard output is a terminal that can be redrawn.
  static var isPossible: Bool { isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb" }

  /// - Parameter quit: called when the user types q.
  init(quit: @escaping @Sendable () -> Void) {
    var settings = termios()
    let isKeyboard = tcgetattr(STDIN_FILENO, &settings) == 0
    former = Mutex(isKeyboard ? settings : nil)
    // Keys come one by one and unechoed; Ctrl-C stays a signal.
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    if isKeyboard {
      tcsetattr(STDIN_FILENO, TCSANOW, &settings)
      // A thread of its own, since reading blocks; it goes with the process.
      Thread.detachNewThread {
        var byte: UInt8 = 0
        while read(STDIN_FILENO, &byte, 1) == 1 { if byte == UInt8(ascii: "q") { quit() } }
      }
    }
    Self.put("\u{1B}[?1049h\u{1B}[?25l")
  }

  /// Gives the terminal back; once, whoever asks first.
  func close() {
    former.withLock { former in
      guard var settings = former.take() else { return }
      tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    }
    Self.put("\u{1B}[?25h\u{1B}[?1049l")
  }

  var size: (width: Int, height: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Overwrites what stands there, so that nothing flickers.
  func draw(_ lines: [String]) {
    Self.put("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
  }

  private static func put(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
