/// Every figure the daemon offers to Prometheus: names, kinds and help in one place.
package enum Metric: String, CaseIterable, Sendable {
  case steps = "fieldtune_steps_total"
  case correct = "fieldtune_correct_total"
  case checkpoints = "fieldtune_checkpoints_total"
  case devicesLost = "fieldtune_devices_lost_total"
  case runs = "fieldtune_runs_total"
  case runsActive = "fieldtune_runs_active"
  case loss = "fieldtune_loss_nats"
  case accuracy = "fieldtune_accuracy_ratio"
  case phaseTicks = "fieldtune_step_ticks_total"
  case saturated = "fieldtune_saturated_weights_total"
  case unchanged = "fieldtune_unchanged_parameters_total"
  case memoryBytes = "fieldtune_device_memory_high_water_bytes"
  case deviceLink = "fieldtune_device_link_events_total"
  case clockDrift = "fieldtune_device_clock_drift_ratio"
  case liveSamples = "fieldtune_live_samples"
  case frames = "fieldtune_link_frames_total"
  case framesResent = "fieldtune_link_frames_resent_total"
  case framesDamaged = "fieldtune_link_frames_damaged_total"
  case duplicates = "fieldtune_link_frames_duplicate_total"
  case staleFrames = "fieldtune_link_frames_stale_total"
  case echoes = "fieldtune_link_frames_echoed_total"
  case timeouts = "fieldtune_link_timeouts_total"
  case reconnects = "fieldtune_link_reconnects_total"
  case sampleBytes = "fieldtune_link_sample_bytes_total"
  case roundTrip = "fieldtune_link_round_trip_seconds"
  case lineRate = "fieldtune_link_line_bits_per_second"
  case clients = "fieldtune_clients_active"
  case clientsRefused = "fieldtune_clients_refused_total"

  package enum Kind: String, Sendable {
    case counter, gauge
  }

  package var kind: Kind { rawValue.hasSuffix("_total") ? .counter : .gauge }

  package var help: String {
    switch self {
    case .steps: "Samples applied, by run and mode."
    case .correct: "Samples predicted correctly, by run and mode."
    case .checkpoints: "Training states copied into the store."
    case .devicesLost: "Devices that vanished during a run."
    case .runs: "Runs that ended, by state."
    case .runsActive: "Runs under way."
    case .loss: "Exponential mean of the training loss in nats over about 50 steps, by run."
    case .accuracy: "Accuracy of the last evaluation, by run and moment."
    case .phaseTicks: "Ticks of the device's counter spent in each phase of the steps."
    case .saturated: "Weights that met the end of their range."
    case .unchanged: "Trained parameters whose update rounded to zero."
    case .memoryBytes: "Bytes of a memory the device has used at most since its boot, by region."
    case .deviceLink: "What the device's end of the link counted since its boot, by event: UART errors and dropped bytes among them."
    case .clockDrift: "How much faster than it says the device's counter runs, in parts of one."
    case .liveSamples: "Samples that came in for a live run, by what became of them: accepted, dropped, refused."
    case .frames: "Frames of a run's connections with a right checksum, by direction."
    case .framesResent: "Frames sent again."
    case .framesDamaged: "Pieces between two zeros that were no frame, and frames that were no message, by reason."
    case .duplicates: "Frames received again."
    case .staleFrames: "Frames of a connection that was over."
    case .echoes: "Frames that came back from the line."
    case .timeouts: "Times that nothing was acknowledged any more, and a frame was sent again for it."
    case .reconnects: "Connections after a run's first one."
    case .sampleBytes: "Bytes of samples and targets that steps were applied with: the goodput."
    case .roundTrip: "Smoothed time from a frame to its acknowledgement."
    case .lineRate: "Speed of the serial line; 0 where there is none."
    case .clientsRefused: "Connections to the daemon's socket that were turned away."
    case .clients: "Command lines connected to the daemon's socket."
    }
  }
}
