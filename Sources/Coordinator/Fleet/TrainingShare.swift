/// The part of a run that one of several boards takes: samples and steps are dealt out like cards.
package struct TrainingShare: Hashable, Sendable, Codable {
  /// Which of the boards, from 0.
  package let member: Int
  package let members: Int
  /// Steps of each board from one average of the weights to the next.
  package let roundSteps: Int

  package init(member: Int, members: Int, roundSteps: Int) {
    precondition((0..<members).contains(member) && roundSteps > 0, "board \(member) of \(members)")
    self.member = member
    self.members = members
    self.roundSteps = roundSteps
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    member = try container.decode(Int.self, forKey: .member)
    members = try container.decode(Int.self, forKey: .members)
    roundSteps = try container.decode(Int.self, forKey: .roundSteps)
    guard members > 0, (0..<members).contains(member), roundSteps > 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: .member, in: container,
        debugDescription: "found board \(member) of \(members) with rounds of \(roundSteps) steps")
    }
  }

  /// How many of `total` things are this board's.
  package func count(of total: Int) -> Int { (total - member + members - 1) / members }

  /// Which thing of the whole run the board's thing `own` is.
  package func index(_ own: Int) -> Int { own * members + member }
}

extension TrainingPlan {
  /// This plan with steps that `members` boards can share: as many for each.
  package func shared(among members: Int) -> TrainingPlan {
    TrainingPlan(
      trainingSamples: trainingSamples, evaluationSamples: evaluationSamples,
      steps: (steps + members - 1) / members * members, seed: seed, schedule: schedule, optimizer: optimizer,
      checkpointSteps: checkpointSteps)
  }

  /// This plan as board `member` of `members` carries it out. `steps` must be the same number for each board.
  package func dealt(to member: Int, of members: Int, roundSteps: Int) -> TrainingPlan {
    precondition(share == nil && steps.isMultiple(of: members), "\(steps) steps for \(members) boards")
    return TrainingPlan(
      trainingSamples: trainingSamples, evaluationSamples: evaluationSamples, steps: steps, seed: seed,
      schedule: schedule, optimizer: optimizer, checkpointSteps: checkpointSteps,
      share: TrainingShare(member: member, members: members, roundSteps: roundSteps))
  }

  /// Whether the weights of all boards are averaged before `position`.
  package func isRoundEnd(_ position: Int) -> Bool {
    guard let share, position > training.lowerBound, position <= training.upperBound else { return false }
    return (position - training.lowerBound).isMultiple(of: share.roundSteps) || position == training.upperBound
  }

  /// How often the weights were averaged when a checkpoint stands before `position`. A checkpoint at the end of a round
  /// holds the average.
  package func round(at position: Int) -> Int {
    guard let share else { return 0 }
    let done = min(max(0, position - training.lowerBound), training.count)
    return done == training.count ? (done + share.roundSteps - 1) / share.roundSteps : done / share.roundSteps
  }

  /// The position of the whole run that the board's `position` is.
  package func wholePosition(_ position: Int) -> Int {
    guard let share else { return position }
    if position < training.lowerBound { return share.index(position) }
    if position < training.upperBound {
      return evaluationSamples + share.index(position - training.lowerBound)
    }
    return evaluationSamples + steps + share.index(position - training.upperBound)
  }
}
