import GanzhiCatalogue
import GanzhiModel
import GanzhiWarnings
import GanzhiWindow
import HeapModule

/// One evaluation of one key of one scenario.
struct KeyInstant {
    var scenario: Int
    var key: Int
    var instant: Timestamp
    /// The feed through which the key was last heard; `nil` where nobody says anything.
    var feed: UInt32?
    var isEager: Bool
    /// Series below this number had been heard by then.
    var heard: UInt32
    /// Index of the block in the batch; `nil` at the end of input.
    var block: Int?
}

extension Pipeline {
    /// Moves the ladders by the evaluations of one block, in the order in which they fell due.
    ///
    /// - Parameter block: Index of the block in the batch; `nil` for the end of input.
    mutating func judge(_ evaluations: Range<Int>, groups: Range<Int>, reports: Range<Int>, block: Int?) {
        var report = reports.lowerBound
        for index in evaluations {
            let evaluation = output.evaluations[index]
            if report < reports.upperBound {
                report = revise(
                    report..<reports.upperBound,
                    before: Int(evaluation.firstWindow),
                    inCohorts: false,
                    block: block
                )
            }
            let (plan, key) = (Int(evaluation.plan), Int(evaluation.row))
            stepping.removeAll(keepingCapacity: true)
            if activeKeys[plan].isActive(key) { activeKeys[plan].append(key, to: &stepping) }
            interest.append(index, to: &stepping)
            appendVersions(ofPlan: plan, key: key)
            for place in stepping.indices { step(evaluation, scenario: stepping[place], block: block) }
        }
        _ = revise(report..<reports.upperBound, before: .max, inCohorts: false, block: block)
        report = reports.lowerBound
        for index in groups {
            let evaluation = output.groups[index]
            if report < reports.upperBound, evaluation.memberCount > 0 {
                let window = Int(output.members[Int(evaluation.firstMember)].firstWindow)
                report = revise(report..<reports.upperBound, before: window, inCohorts: true, block: block)
            }
            let cohort = Int(evaluation.cohort)
            for place in routing.scenariosOfCohort[cohort].indices {
                step(evaluation, scenario: routing.scenariosOfCohort[cohort][place], block: block)
            }
        }
        _ = revise(report..<reports.upperBound, before: .max, inCohorts: true, block: block)
    }

    /// Adds the scenarios of a plan of which another version is pending or standing at a key.
    private mutating func appendVersions(ofPlan plan: Int, key: Int) {
        guard routing.hasVersions else { return }
        for scenario in routing.scenariosOfPlan[plan] where !stepping.contains(scenario) {
            let isStanding = routing.versions[scenario].contains { other in
                guard let otherKey = self.key(key, of: scenario, in: other) else { return false }
                return routing.scenarios[other].book.state(of: otherKey).episode > 0
            }
            if isStanding { stepping.append(scenario) }
        }
    }

    // MARK: One key

    private mutating func step(_ evaluation: Evaluation, scenario: Int, block: Int?) {
        let at = KeyInstant(
            scenario: scenario,
            key: Int(evaluation.row),
            instant: evaluation.instant,
            feed: evaluation.feed,
            isEager: evaluation.isEager,
            heard: evaluation.series + 1,
            block: block
        )
        guard isInForce(at) else { return }
        let mayDecide =
            evaluation.isFresh || routing.scenarios[scenario].scenario.quietCounts && hasResult(evaluation)
        guard evaluation.firstWindow >= 0, mayDecide else {
            routing.scenarios[scenario].book.note(key: at.key, at: at.instant)
            return
        }
        inputs.removeAll()
        inputs.append(
            input: 0,
            series: evaluation.series,
            plan: routing.plans[Int(evaluation.plan)].plan,
            firstWindow: evaluation.firstWindow,
            firstValue: evaluation.firstValue,
            of: output
        )
        decide(at, facts(of: scenario, key: at.key, series: evaluation.series, heard: at.heard))
    }

    private mutating func step(_ evaluation: GroupEvaluation, scenario: Int, block: Int?) {
        let members = Int(evaluation.firstMember)..<Int(evaluation.firstMember) + Int(evaluation.memberCount)
        // A group is as alive as the member that spoke last.
        let newest = members.max { newestWindow(of: $0) < newestWindow(of: $1) }
        let at = KeyInstant(
            scenario: scenario,
            key: Int(evaluation.group),
            instant: evaluation.instant,
            feed: newest.map { output.members[$0].feed },
            isEager: evaluation.isEager,
            heard: evaluation.heard,
            block: block
        )
        guard isInForce(at) else { return }
        let mayDecide = evaluation.isFresh || routing.scenarios[scenario].scenario.quietCounts
        guard evaluation.isFresh || !members.isEmpty, mayDecide else {
            routing.scenarios[scenario].book.note(key: at.key, at: at.instant)
            return
        }
        collect(members, ofGroup: at.key, cohort: Int(evaluation.cohort))
        decide(at, facts(of: scenario, key: at.key, series: nil, heard: at.heard))
    }

    /// Whether any window of a series has a result; a quiet device without one says nothing.
    private func hasResult(_ evaluation: Evaluation) -> Bool {
        guard evaluation.firstWindow >= 0 else { return false }
        let windows = routing.plans[Int(evaluation.plan)].plan.windows.indices
        return windows.contains { output.windows[Int(evaluation.firstWindow) + $0].count > 0 }
    }

    private func newestWindow(of member: Int) -> Timestamp {
        let member = output.members[member]
        let plan = routing.plans[Int(member.plan)].plan
        return plan.windows.indices.map { output.windows[Int(member.firstWindow) + $0].observed }.max() ?? .never
    }

    /// Fills ``inputs`` with the members of a group that have a result, in the order of inputs and devices' names.
    private mutating func collect(_ members: Range<Int>, ofGroup group: Int, cohort: Int) {
        routing.cohorts[cohort].sort(group) { channels[Int($0)].device }
        memberOfSeries.removeAll(keepingCapacity: true)
        for index in members {
            let member = output.members[index]
            let input = routing.plans[Int(member.plan)].input!.input
            memberOfSeries[PipelineRouting.CohortMember(series: member.series, input: input)] = index
        }
        inputs.removeAll()
        for input in routing.cohorts[cohort].plans.indices {
            guard let plan = routing.cohorts[cohort].plans[input] else { continue }
            for series in routing.cohorts[cohort].groups[group].members[input] {
                guard let index = memberOfSeries[PipelineRouting.CohortMember(series: series, input: input)] else {
                    continue
                }
                let member = output.members[index]
                inputs.append(
                    input: input,
                    series: series,
                    plan: routing.plans[plan].plan,
                    firstWindow: member.firstWindow,
                    firstValue: member.firstValue,
                    of: output
                )
            }
        }
    }

    /// What conditions over members need to know of a key.
    ///
    /// - Parameter heard: Series below this number had been heard by then; a batch may know of more.
    func facts(of scenario: Int, key: Int, series: UInt32?, heard: UInt32) -> GroupFacts {
        guard routing.scenarios[scenario].program?.slots.asksMembers ?? false else { return GroupFacts() }
        let (channels, catalogue) = (channels, generation.catalogue)
        let place = { (series: UInt32) -> GeoPoint? in
            let place = catalogue.device(channels[Int(series)].device)?.place
            guard let latitude = place?.latitude, let longitude = place?.longitude else { return nil }
            return GeoPoint(latitude: latitude, longitude: longitude)
        }
        switch routing.scenarios[scenario].home {
        case .plan: return GroupFacts(registered: [series.map { [$0] } ?? []], place: place)
        case .cohort(let cohort):
            return GroupFacts(registered: routing.cohorts[cohort].groups[key].members(below: heard), place: place)
        }
    }

    /// Judges ``inputs`` and moves the ladder.
    private mutating func decide(_ at: KeyInstant, _ facts: GroupFacts) {
        guard let program = routing.scenarios[at.scenario].program else {
            routing.scenarios[at.scenario].book.note(key: at.key, at: at.instant)
            return
        }
        routing.scenarios[at.scenario].fill(
            &values,
            from: inputs,
            facts,
            at: clock.local(endingAt: at.instant),
            clock,
            scratch: &scratch
        )
        if routing.scenarios[at.scenario].book.isUnmoved(key: at.key, by: values, program: program) {
            routing.scenarios[at.scenario].book.note(key: at.key, at: at.instant)
            forgetFinal(at)
            return
        }
        let before = routing.scenarios[at.scenario].book.state(of: at.key)
        let feed = at.feed ?? before.feed
        let step = routing.scenarios[at.scenario].book.step(
            key: at.key,
            at: at.instant,
            values: values,
            feed: feed,
            running: runningTime(of: Int(feed), at: at.block),
            isEager: at.isEager,
            program: program
        )
        let after = routing.scenarios[at.scenario].book.state(of: at.key)
        if after.rung >= 0, before.rung < 0 || before.isStale && !after.isStale || before.feed != after.feed {
            watchStaleness(scenario: at.scenario, key: at.key)
        }
        if before.isActive || after.isActive { trace(at, program, rung: Int(after.rung)) }
        defer { if before.isActive != after.isActive { setActive(after.isActive, scenario: at.scenario, key: at.key) } }
        guard let transition = step.transition else { return }
        let evidence = routing.scenarios[at.scenario].evidence(for: program.deciding(transition), inputs, facts, values)
        draft(transition, at, before, evidence, program.when.indices.map(step.truth(ofRung:)))
    }

    private mutating func draft(
        _ transition: Transition,
        _ at: KeyInstant,
        _ before: LadderBook.KeyState,
        _ evidence: [Evidence],
        _ truths: [Truth]
    ) {
        let ladder = routing.scenarios[at.scenario].scenario.ladder
        let after = routing.scenarios[at.scenario].book.state(of: at.key)
        let sequence = routing.scenarios[at.scenario].book.nextSequence(of: at.key)
        let draft = EventDraft(
            kind: .transition(transition),
            scenario: at.scenario,
            key: at.key,
            instant: at.instant,
            decided: decided(at: at.block),
            block: sequenceOfBlock(at.block),
            sequence: sequence,
            episode: after.episode,
            raised: after.raised,
            rung: after.rung < 0 ? nil : Int(after.rung),
            previous: before.rung < 0 ? nil : ladder.rungs[Int(before.rung)].level,
            evidence: evidence,
            truths: truths
        )
        drafts.append(draft)
        remember(transition, at, before, after, sequence: sequence)
        noteChange(draft)
    }

    /// Takes note of a level change, and drafts the report of a key that begins to flap.
    mutating func noteChange(_ draft: EventDraft) {
        let limit = routing.scenarios[draft.scenario].scenario.flapping
        guard
            let flapping = routing.scenarios[draft.scenario].changes.insert(
                draft.instant,
                key: draft.key,
                limit: limit
            )
        else { return }
        var report = draft
        report.kind = .flapping(changes: flapping.changes, number: flapping.number)
        report.sequence = .max
        report.evidence = []
        report.truths = []
        drafts.append(report)
    }

    /// Forgets past transitions of a key that is one series when its windows cannot be revised any more.
    ///
    /// Of a group, members may be behind its instants; the number of transitions that are remembered bounds those.
    private mutating func forgetFinal(_ at: KeyInstant) {
        guard routing.revises, !at.isEager, case .plan = routing.scenarios[at.scenario].home,
            !routing.scenarios[at.scenario].past.isEmpty(key: at.key)
        else { return }
        let revise = routing.scenarios[at.scenario].scenario.revise
        routing.scenarios[at.scenario].past.forget(key: at.key, upTo: at.instant - revise)
        setActive(routing.scenarios[at.scenario].book.state(of: at.key).isActive, scenario: at.scenario, key: at.key)
    }

    /// Keeps what a transition rested on, where its windows may be revised.
    private mutating func remember(
        _ transition: Transition,
        _ at: KeyInstant,
        _ before: LadderBook.KeyState,
        _ after: LadderBook.KeyState,
        sequence: UInt32
    ) {
        guard routing.scenarios[at.scenario].scenario.revise > .zero else { return }
        if case .raised = transition, before.episode > 0 {
            routing.scenarios[at.scenario].past.close(
                before.episode,
                PastTransitions.Episode(raised: before.raised, sequence: before.sequence, previous: before.previous),
                key: at.key
            )
        }
        guard !at.isEager else { return }
        routing.scenarios[at.scenario].past.append(
            PastTransitions.Entry(
                transition: transition,
                instant: at.instant,
                sequence: sequence,
                episode: after.episode,
                heard: at.heard,
                inputs: inputs
            ),
            key: at.key
        )
    }

    private mutating func trace(_ at: KeyInstant, _ program: LadderProgram, rung: Int) {
        guard keepsTraces else { return }
        var point = TracePoint(
            scenario: routing.scenarios[at.scenario].scenario.id,
            key: name(ofKey: at.key, scenario: at.scenario),
            instant: at.instant,
            level: rung < 0 ? nil : program.ladder.rungs[rung].level,
            values: []
        )
        for (number, measure) in program.slots.measures.enumerated() where values[number].isFinite {
            point.values.append(TracePoint.Value(measure: measure, value: values[number]))
        }
        for entry in program.slots.terms where entry.term.asksMembers && values[entry.slot].isFinite {
            point.values.append(TracePoint.Value(measure: entry.text, value: values[entry.slot]))
        }
        traces.append(point)
    }

    // MARK: Facts about blocks and keys

    /// When a block was received; at the end of input now.
    func decided(at block: Int?) -> Timestamp { block.map { batch.slices[$0].now } ?? now }

    func sequenceOfBlock(_ block: Int?) -> UInt64 { block.map { batch.blocks[$0].sequence } ?? position }

    /// Running time of a feed at a block; at the end of input as it is.
    private func runningTime(of feed: Int, at block: Int?) -> Int64 {
        block.map { batch.running[$0 * feeds.count + feed] } ?? running.feeds[feed]
    }

    /// The name of a scenario's key.
    func name(ofKey key: Int, scenario: Int) -> String {
        switch routing.scenarios[scenario].home {
        case .plan(let plan): channels[Int(routing.seriesOfRow[plan][key])].device
        case .cohort(let cohort): routing.cohorts[cohort].groups[key].key
        }
    }

    /// Takes note of whether every evaluation of a key counts: where a ladder is pending or standing, or where a past
    /// transition may be corrected.
    mutating func setActive(_ isActive: Bool, scenario: Int, key: Int) {
        if case .plan(let plan) = routing.scenarios[scenario].home {
            let counts = isActive || !routing.scenarios[scenario].past.isEmpty(key: key)
            activeKeys[plan].set(counts, scenario: scenario, key: key)
        }
    }
}
