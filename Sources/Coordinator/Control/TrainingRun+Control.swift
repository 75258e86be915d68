extension TrainingRun {
  /// Its id in the store.
  package nonisolated var runID: Int64 { id }
}
