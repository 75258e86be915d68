/// What the process ends with. Numbers are those of BSD's sysexits.h where one fits; they stay.
enum ExitStatus: Int32, CaseIterable {
  case success = 0
  /// The command line cannot be read.
  case usage = 64
  /// A model, plan, data set or artifact is damaged, unsupported, or does not fit what it is used with.
  case badData = 65
  /// No such file, run or board.
  case notFound = 66
  /// A device or a program that is needed is not there, or went away and stayed away.
  case unavailable = 69
  /// A defect of fieldtune.
  case software = 70
  /// A file or folder cannot be made.
  case cannotCreate = 73
  /// Reading or writing failed; the disk is full.
  case inputOutput = 74
  /// The device answered, and does not fit or does not do what it was asked for.
  case refused = 75
  /// Stopped by Ctrl-C; the run can be resumed.
  case interrupted = 130
}
