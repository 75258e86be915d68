import GraphIR
import Interpreter
import Testing

/// Forward operations give LiteRT's codes, bit for bit.
@Suite struct ForwardTests {
  @Test(arguments: try OperationFixture.all())
  func operation_givesLiteRTsCodes(_ fixture: OperationFixture) throws {
    let interpreter = try TrainingStepInterpreter(graph: fixture.graph())
    // An addition's second operand is a constant of the fixture's graph, so `x` is the whole sample.
    let outcome = interpreter.infer(input: fixture.x.values)
    #expect(outcome.output == fixture.y.values)
    #expect(outcome.lossQ16 == 0)
  }
}
