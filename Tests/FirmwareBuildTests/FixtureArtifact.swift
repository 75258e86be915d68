import ArtifactManifest
import Foundation

/// An artifact whose step is written by hand: 64 input codes, 4 classes, 4 weights. It trains nothing of
/// use, but it reads its input, changes its state and takes time, as a compiled one does.
struct FixtureArtifact {
  let directory: URL

  /// - Parameters:
  ///   - arenaBytes: scratch memory the step claims.
  ///   - evaluation: C expression for the loss that an evaluation reports.
  init(
    in parent: URL, name: String = "fixture", arenaBytes: Int = 256,
    evaluation: String = "result->prediction == target.label ? 0 : 1 << 16"
  ) throws {
    directory = parent.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try Self.manifest(arenaBytes: arenaBytes).encoded()
      .write(to: directory.appendingPathComponent(ArtifactManifest.fileName))
    try Data(Self.source(arenaBytes: arenaBytes, evaluation: evaluation).utf8)
      .write(to: directory.appendingPathComponent("training_step.c"))
    try Data(Self.header.utf8).write(to: directory.appendingPathComponent("training_step.h"))
  }

  private static func manifest(arenaBytes: Int) -> ArtifactManifest {
    let zero = HexDigest(0)
    return ArtifactManifest(
      name: "fixture",
      files: .init(
        model: "model.tflite", graph: "graph.json", graphData: "graph.bin",
        sources: ["training_step.c", "training_step.h"]),
      hashes: .init(model: zero, plan: zero, semantics: zero, layout: zero),
      input: .init(shape: [1, 64], bytes: 64, scale: 1, zeroPoint: 0),
      output: .init(classCount: 4, scale: 1, zeroPoint: 0), loss: .init(kind: .crossEntropy, targetBytes: 0),
      updatePlan: "full",
      segments: [.init(kind: .header, bytes: 8), .init(kind: .weights, bytes: 4)],
      trainedTensors: [],
      memory: .init(
        arenaBytes: arenaBytes, arenaLowerBoundBytes: arenaBytes, stateBytes: 12, stackBytes: 2048,
        linkBytes: 10_240, sampleSlots: 1, sampleSlotBytes: 64, flashBytes: 0),
      macs: .init(forward: 0, backward: 0),
      golden: .init(
        input: "", label: 0, target: "", rateMantissa: 0, rateShift: 0, lossQ16: 0, digest: zero),
      board: "host")
  }

  private static let header = """
    #ifndef TRAINING_STEP_H
    #define TRAINING_STEP_H

    #include "step.h"

    #endif

    """

  private static func source(arenaBytes: Int, evaluation: String) -> String {
    """
    #include "protocol_vectors.h"
    #include "training_step.h"

    enum { INPUT_BYTES = 64, CLASSES = 4, ARENA_BYTES = \(arenaBytes) };

    static struct step_header header;
    static int8_t weights[CLASSES];
    static int8_t arena[ARENA_BYTES]; /* begins with the input */

    static const struct step_segment segments[] = {
        {.data = (uint8_t *)&header, .byte_count = sizeof header, .kind = STEP_SEGMENT_HEADER},
        {.data = (uint8_t *)weights, .byte_count = sizeof weights, .kind = STEP_SEGMENT_WEIGHTS},
    };

    static void reset(uint32_t seed) {
        header = (struct step_header){.step = 0, .seed = seed};
        for (uint32_t i = 0; i < CLASSES; i++) weights[i] = (int8_t)(i + 1);
    }

    static void infer(struct phase_clock *clock, struct step_result *result) {
        phase_enter(clock, PHASE_FORWARD);
        for (uint32_t i = 0; i < ARENA_BYTES; i++) arena[i] = arena[i % INPUT_BYTES];
        phase_yield(clock);
        int32_t sum = 0;
        for (uint32_t i = 0; i < ARENA_BYTES; i++) sum += arena[i] * weights[i % CLASSES];
        *result = (struct step_result){
            .prediction = (uint16_t)((uint32_t)sum % CLASSES), .output_count = CLASSES, .output = arena};
        phase_enter(clock, PHASE_WAIT);
    }

    static void evaluate(struct step_target target, struct phase_clock *clock, struct step_result *result) {
        infer(clock, result);
        (void)target;
        result->loss_q16 = \(evaluation);
    }

    static void train(struct step_target target, const struct step_update *update,
                      struct phase_clock *clock, struct step_result *result) {
        evaluate(target, clock, result);
        phase_enter(clock, PHASE_UPDATE);
        weights[target.label] = (int8_t)(weights[target.label] ^ (int8_t)(update->rate.mantissa >> update->rate.shift & 1u));
        header.step++;
        phase_enter(clock, PHASE_WAIT);
    }

    const struct step_model step_model = {
        .name = "fixture",
        .input = arena,
        .input_bytes = INPUT_BYTES,
        .class_count = CLASSES,
        .arena_bytes = ARENA_BYTES,
        .segment_count = 2,
        .segments = segments,
        .reset = reset,
        .train = train,
        .evaluate = evaluate,
        .infer = infer,
    };

    """
  }
}
