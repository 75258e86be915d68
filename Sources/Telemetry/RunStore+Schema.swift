import GRDB

extension RunStore {
  /// Versions of the schema, applied in order; a released one is never edited.
  static var migrations: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: runs") { database in
      try database.execute(sql: firstSchema)
    }
    migrator.registerMigration("2: what a run needs to go on") { database in
      try database.execute(sql: secondSchema)
    }
    migrator.registerMigration("3: runs on several boards") { database in
      try database.execute(sql: "ALTER TABLE runs ADD COLUMN parent INTEGER REFERENCES runs (id)")
    }
    return migrator
  }

  private static let firstSchema = """
    CREATE TABLE artifacts (
      key TEXT PRIMARY KEY NOT NULL,
      manifest BLOB NOT NULL,
      model BLOB NOT NULL
    ) STRICT;
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      number INTEGER NOT NULL UNIQUE,
      state TEXT NOT NULL,
      model TEXT NOT NULL,
      artifact TEXT NOT NULL REFERENCES artifacts (key),
      device TEXT NOT NULL,
      board TEXT NOT NULL,
      "plan" TEXT NOT NULL,
      data TEXT NOT NULL,
      dataSource TEXT NOT NULL,
      createdMilliseconds INTEGER NOT NULL,
      updatedMilliseconds INTEGER NOT NULL,
      message TEXT NOT NULL,
      result TEXT
    ) STRICT;
    CREATE TABLE steps (
      run INTEGER NOT NULL REFERENCES runs (id),
      position INTEGER NOT NULL,
      mode INTEGER NOT NULL,
      sample INTEGER NOT NULL,
      lossQ16 INTEGER NOT NULL,
      prediction INTEGER NOT NULL,
      label INTEGER NOT NULL,
      waitTicks INTEGER NOT NULL,
      forwardTicks INTEGER NOT NULL,
      backwardTicks INTEGER NOT NULL,
      updateTicks INTEGER NOT NULL,
      saturated INTEGER NOT NULL,
      unchanged INTEGER NOT NULL,
      PRIMARY KEY (run, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE evaluations (
      run INTEGER NOT NULL REFERENCES runs (id),
      moment TEXT NOT NULL,
      sampleCount INTEGER NOT NULL,
      correctCount INTEGER NOT NULL,
      loss REAL NOT NULL,
      PRIMARY KEY (run, moment)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE checkpoints (
      run INTEGER NOT NULL REFERENCES runs (id),
      position INTEGER NOT NULL,
      digest TEXT NOT NULL,
      segments BLOB NOT NULL,
      createdMilliseconds INTEGER NOT NULL,
      PRIMARY KEY (run, position)
    ) STRICT;
    """

  /// A job is what a daemon was asked for; its files lie beside the database, named by their content.
  private static let secondSchema = """
    ALTER TABLE checkpoints ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE jobs (
      run INTEGER PRIMARY KEY NOT NULL REFERENCES runs (id),
      request TEXT NOT NULL,
      deviceKey TEXT NOT NULL
    ) STRICT;
    CREATE TABLE jobFiles (
      run INTEGER NOT NULL REFERENCES jobs (run) ON DELETE CASCADE,
      part TEXT NOT NULL,
      file TEXT NOT NULL,
      PRIMARY KEY (run, part)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE log (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run INTEGER NOT NULL REFERENCES runs (id),
      milliseconds INTEGER NOT NULL,
      kind TEXT NOT NULL,
      position INTEGER,
      text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX logByRun ON log (run, id);
    CREATE TABLE liveSamples (
      run INTEGER NOT NULL REFERENCES runs (id),
      sequence INTEGER NOT NULL,
      label INTEGER NOT NULL,
      codes BLOB NOT NULL,
      PRIMARY KEY (run, sequence)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE liveCounts (
      run INTEGER PRIMARY KEY NOT NULL REFERENCES runs (id),
      accepted INTEGER NOT NULL,
      dropped INTEGER NOT NULL,
      refused INTEGER NOT NULL
    ) STRICT;
    """
}
