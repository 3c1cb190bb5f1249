import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

extension Reference {
    /// Evaluates a key's conditions at an instant and moves its ladder.
    ///
    /// - Parameter time: Of an eager evaluation the time of the reading that is newer than all others.
    mutating func evaluate(_ number: Int, at instant: Int64, eagerlyOn time: Int64? = nil) {
        let (scenario, post) = (keys[number].scenario, keys[number].post)
        guard clock.isValid(scenario.source, endingAt: instant) else { return expire(number, at: instant) }
        takeOver(number)
        let facts = facts(number, at: instant, eagerlyOn: time)
        let from = keys[number].automaton.current
        let verdict = keys[number].automaton.evaluate(
            at: instant,
            now: now,
            isEager: time != nil,
            truth: facts.truth
        )
        posts[post].evaluated = instant
        guard let change = verdict.change else { return }
        if from == nil { posts[post].episodes.append(Post.Episode()) }
        let type =
            switch change {
            case .raised: "raised"
            case .escalated: "escalated"
            case .eased: "eased"
            case .cleared: "cleared"
            }
        let (needed, named) = keys[number].deciding(change)
        let episode = posts[post].episodes.count - 1
        posts[post].record(
            episode,
            level: level(keys[number].automaton.current, of: scenario),
            previous: level(from, of: scenario)
        )
        report(type, post, episode, at: instant, facts, named)
        noteChange(number, at: instant)
        guard time == nil, scenario.revise > .zero else { return }
        let sequence = posts[post].episodes[episode].sequence
        keys[number].memories.append(
            Memory(facts: facts, needed: needed, named: named, episode: episode, sequence: sequence)
        )
    }

    private func level(_ rung: Int?, of scenario: Scenario) -> String {
        rung.map { scenario.ladder.rungs[$0].level.name } ?? "none"
    }

    private func facts(_ number: Int, at instant: Int64, eagerlyOn time: Int64?) -> ReferenceFacts {
        let (scenario, key) = (keys[number].scenario, keys[number])
        let members = key.members.map { (watch: watches[$0], isIdle: isIdle($0)) }.sorted {
            $0.watch.device.precedesByCodePoint($1.watch.device)
        }
        func results(_ watch: Watch, _ isIdle: Bool) -> [String: Watch.Result] {
            var results: [String: Watch.Result] = [:]
            for (index, measure) in watch.measures.enumerated() {
                results[measure.name] =
                    if let time {
                        watch.early(
                            index,
                            readingAt: time,
                            until: instant,
                            final: isIdle ? max(watch.watermark, key.watermark) : watch.watermark
                        )
                    } else {
                        watch.standing(index, at: instant)
                    }
            }
            return results
        }
        return ReferenceFacts(
            scenario: scenario,
            instant: instant,
            clock: clock,
            members: scenario.watch.inputs.indices.map { input in
                members.filter { $0.watch.input == input }.map { watch, isIdle in
                    ReferenceFacts.Member(
                        device: watch.device,
                        place: catalogue.device(watch.device)?.place,
                        results: results(watch, isIdle)
                    )
                }
            },
            units: scenario.watch.inputs.map { units[catalogue.canonicalMetric($0.selector.metric)] },
            isFresh: members.contains { $0.watch.isFresh(at: instant) }
        )
    }

    // MARK: Versions

    /// Takes over a warning that stands in another version.
    private mutating func takeOver(_ number: Int) {
        let post = keys[number].post
        for other in posts[post].versions where other != number {
            guard let rung = keys[other].automaton.current else { continue }
            let level = keys[other].scenario.ladder.rungs[rung].level
            let levels = keys[number].scenario.ladder.rungs.map(\.level)
            let taken = levels.lastIndex { $0 <= level } ?? 0
            var standing = keys[other].automaton
            keys[number].automaton.takeOver(from: &standing, at: taken)
            keys[other].automaton = standing
            posts[post].episodes[posts[post].episodes.count - 1].level = levels[taken].name
        }
    }

    /// Ends a warning at an instant at which its source is over and no other version of the scenario holds.
    private mutating func expire(_ number: Int, at instant: Int64) {
        let (scenario, post) = (keys[number].scenario, keys[number].post)
        guard let rung = keys[number].automaton.current, clock.isOver(scenario.source, endingAt: instant),
            !scenarios.contains(where: { $0.id == scenario.id && clock.isValid($0.source, endingAt: instant) })
        else { return }
        keys[number].automaton.end()
        posts[post].evaluated = instant
        let episode = posts[post].episodes.count - 1
        posts[post].record(episode, level: "none", previous: level(rung, of: scenario))
        report("cleared", post, episode, at: instant)
        noteChange(number, at: instant)
    }

    // MARK: Events

    private mutating func noteChange(_ number: Int, at instant: Int64) {
        let post = keys[number].post
        guard posts[post].flaps(at: instant, keys[number].scenario.flapping) else { return }
        outcome.flappings.append(
            ReferenceOutcome.Flapping(
                scenario: posts[post].scenario,
                key: posts[post].key,
                instant: instant / 1000,
                block: block
            )
        )
    }

    /// Marks a standing warning stale.
    mutating func goStale(_ post: Int) {
        for number in posts[post].versions where keys[number].automaton.goesStale(now: now) {
            let episode = posts[post].episodes.count - 1
            let last = posts[post].episodes[episode]
            posts[post].record(episode, level: last.level, previous: last.previous)
            report("stale", post, episode, at: posts[post].evaluated)
        }
    }

    /// Decides which past transitions what was revised no longer supports.
    mutating func correct(_ number: Int, _ revised: [(watch: Int, reports: [Watch.Report])]) {
        let post = keys[number].post
        for (index, var memory) in keys[number].memories.enumerated() {
            var isTouched = false
            for (watch, reports) in revised {
                for report in reports where memory.facts.replace(report, of: watches[watch]) { isTouched = true }
            }
            keys[number].memories[index] = memory
            guard isTouched, memory.facts.truth(memory.needed) != true else { continue }
            let last = posts[post].episodes[memory.episode]
            posts[post].record(memory.episode, level: last.level, previous: last.previous)
            report(
                "corrected",
                post,
                memory.episode,
                at: posts[post].evaluated,
                memory.facts,
                memory.named,
                corrects: memory.sequence
            )
            keys[number].memories[index].isCorrected = true
        }
        keys[number].memories.removeAll(where: \.isCorrected)
    }

    /// Adds the event that an episode's record has been brought up to.
    private mutating func report(
        _ type: String,
        _ post: Int,
        _ episode: Int,
        at instant: Int64,
        _ facts: ReferenceFacts? = nil,
        _ named: [Condition] = [],
        corrects: Int? = nil
    ) {
        let proofs = facts?.proofs(of: named) ?? []
        let newest = proofs.map(\.newest).max { $0.time < $1.time }
        let state = posts[post].episodes[episode]
        transitions.append(
            ReferenceOutcome.Transition(
                type: type,
                scenario: posts[post].scenario,
                key: posts[post].key,
                level: state.level,
                previous: state.previous,
                instant: instant / 1000,
                decided: now / 1000,
                observed: newest.map { $0.time / 1000 },
                received: newest.map { $0.received / 1000 },
                block: block,
                sequence: state.sequence,
                evidence: proofs.map(\.entry),
                conditions: facts?.conditions ?? [:],
                corrects: corrects
            )
        )
    }

    /// Events in the order in which they leave; one whose instant is earlier than that of the one before it at its key
    /// stays behind it.
    func inOrder(_ events: [ReferenceOutcome.Transition]) -> [ReferenceOutcome.Transition] {
        var latest: [String: Int64] = [:]
        let placed = events.enumerated().map { number, event in
            let post = "\(event.scenario)\u{0}\(event.key)"
            let place = max(event.instant, latest[post] ?? .min)
            latest[post] = place
            return (event: event, place: place, number: number)
        }
        return placed.sorted { left, right in
            if left.place != right.place { return left.place < right.place }
            let (one, other) = (left.event, right.event)
            if one.scenario != other.scenario { return one.scenario.precedesByCodePoint(other.scenario) }
            if one.key != other.key { return one.key.precedesByCodePoint(other.key) }
            return left.number < right.number
        }.map(\.event)
    }
}

extension ReferenceFacts {
    /// Truth of each level's `when` in words.
    fileprivate var conditions: [String: String] {
        let truths = scenario.ladder.rungs.map { rung in
            (rung.level.name, truth(rung.when).map { $0 ? "true" : "false" } ?? "unknown")
        }
        return Dictionary(uniqueKeysWithValues: truths)
    }

    /// Puts a revised result in the place of the one that stood, if it stood, and says whether it did.
    fileprivate mutating func replace(_ report: Reference.Watch.Report, of watch: Reference.Watch) -> Bool {
        let measure = watch.measures[report.measure].name
        guard let place = members[watch.input].firstIndex(where: { $0.device == watch.device }),
            let old = members[watch.input][place].results[measure], old.start == report.start, old.end == report.end
        else { return false }
        members[watch.input][place].results[measure] = report.result
        return true
    }
}
