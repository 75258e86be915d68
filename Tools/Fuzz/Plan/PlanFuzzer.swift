import FoundationEssentials
import UpdatePlanning

/// Any bytes: an update plan, or a sentence.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPlan(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    let plan = try SparsePlan(json: Data(UnsafeBufferPointer(start: data, count: count)), fileName: "fuzz.json")
    _ = try ResolvedUpdatePlan(.sparse(plan), for: .threeLayers)
  } catch {
    precondition(!"\(error)".isEmpty)
  }
  return 0
}
