import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiStore
import GanzhiWarnings

/// Reads from a store where a scenario stands at one key, and why.
struct KeyReading {
    private let reader: EventReader
    private let reading: LadderReading
    /// Every version of the scenario, by the hash that events carry.
    private let versions: [String: LadderReading]

    /// - Parameters:
    ///   - reader: The store.
    ///   - reading: The version that is in force.
    ///   - versions: All of them.
    init(_ reader: EventReader, _ reading: LadderReading, versions: [LadderReading]) {
        self.reader = reader
        self.reading = reading
        self.versions = Dictionary(versions.map { ($0.scenario.hash, $0) }) { first, _ in first }
    }

    /// Points of a trace that are looked at, at most; the newest are kept.
    private static let longestTrace = 100_000
    private static let page = 1000
    /// Evaluations shown before an episode and behind it.
    private static let margin: Int64 = 20

    private var scenario: Scenario { reading.scenario }

    /// Adds to an account what the store knows.
    ///
    /// - Parameter episode: Id of the episode; `nil` for the newest.
    /// - Throws: ``AppError`` where the key has no such episode, and what the store throws.
    func fill(_ account: inout KeyAccount, episode id: String?) throws {
        let key = account.key
        let standing = try reader.standingWarnings(WarningFilter(scenario: scenario.id)).first { $0.key == key }
        account.standing = try standing.map(standingAccount)
        let events = try self.events(of: id, key: key)
        if let id, events.isEmpty {
            throw AppError(
                .data,
                "There is no episode \(id) of \(scenario.id) at \(key). "
                    + "`ganzhi events --json --scenario \(scenario.id)` names those that are as `subject`."
            )
        }
        let newestInstant = events.last?.data.instant
        // Behind the newest event of the key the trace goes on while a warning stands or is pending.
        let newestEvent = try reader.events(scenario: scenario.id, key: key, limit: 1).last.flatMap(WarningContent.init)
        let tail = try trace(key, from: newestEvent?.data.instant ?? .earliest, to: .latest)
        if let newest = tail.points.last {
            account.newest = measures(newest)
            account.distances = distances(newest)
        }
        guard let first = events.first?.data.instant, let last = newestInstant else { return }
        let margin = TimeSpan(microseconds: Self.margin * scenario.every.microseconds)
        let isOver = events.last?.data.level == "none"
        let lived = try trace(key, from: first - margin, to: isOver ? last + margin : .latest)
        account.episode = KeyAccount.Episode(
            id: events[0].subject,
            events: try events.map(eventAccount),
            trace: Self.own(lived.points, from: first, to: isOver ? last : .latest).map(measures),
            isCut: lived.isCut
        )
    }

    // MARK: Standing

    private func standingAccount(_ warning: StandingWarning) throws -> KeyAccount.Standing {
        let names = warning.suppressedBy.split { $0 == " " || $0 == "," }.map(String.init)
        return KeyAccount.Standing(
            level: warning.level?.name ?? "none",
            episode: warning.episode,
            raised: warning.raised,
            changed: warning.instant,
            isStale: warning.isStale,
            suppressedBy: warning.suppressedBy,
            suppressions: try names.compactMap { try reader.suppression($0)?.suppression }.map {
                KeyAccount.SuppressionAccount(
                    id: $0.id,
                    kind: $0.kind.rawValue,
                    author: $0.author,
                    reason: $0.reason,
                    until: $0.until
                )
            }
        )
    }

    // MARK: Traces

    private func trace(
        _ key: String,
        from: Timestamp,
        to: Timestamp
    ) throws -> (points: [TracePoint], isCut: Bool) {
        var points: [TracePoint] = []
        var (next, isCut) = (from, false)
        while true {
            let page = try reader.trace(scenario: scenario.id, key: key, from: next, to: to, limit: Self.page)
            points += page
            if points.count > Self.longestTrace {
                points.removeFirst(points.count - Self.longestTrace)
                isCut = true
            }
            guard page.count == Self.page, let last = page.last else { return (points, isCut) }
            next = last.instant + TimeSpan(microseconds: 1)
        }
    }

    /// The points of an episode, with those before and behind it at which nothing stood.
    private static func own(_ points: [TracePoint], from first: Timestamp, to last: Timestamp) -> [TracePoint] {
        let other = points.lastIndex { $0.instant < first && $0.level != nil }
        let next = points.firstIndex { $0.instant > last && $0.level != nil }
        return Array(points[(other.map { $0 + 1 } ?? 0)..<(next ?? points.count)])
    }

    private func measures(_ point: TracePoint) -> KeyAccount.Measures {
        let names = reading.comparedNames
        return KeyAccount.Measures(
            instant: point.instant,
            level: point.level?.name ?? "none",
            values: point.values.filter { names.contains($0.measure) }.map {
                KeyAccount.Value(name: $0.measure, value: $0.value, unit: reading.unit(of: $0.measure))
            }
        )
    }

    private func distances(_ point: TracePoint) -> [KeyAccount.Distance] {
        guard let program = reading.program else { return [] }
        let values = Dictionary(point.values.map { ($0.measure, $0.value) }) { first, _ in first }
        func distance(_ name: String, _ condition: Condition, _ compiled: ConditionProgram) -> KeyAccount.Distance {
            let (truth, comparisons) = reading.judge(condition, compiled, values: values, at: point.instant)
            return KeyAccount.Distance(level: name, truth: .init(truth), comparisons: comparisons)
        }
        var distances = zip(scenario.ladder.rungs, program.when).map { distance($0.level.name, $0.when, $1) }
        if let clear = scenario.ladder.clear, let compiled = program.clear {
            distances.append(distance("clear", clear, compiled))
        }
        return distances
    }

    // MARK: Events

    /// The warning events of an episode of the key, or of its newest one, oldest first.
    private func events(of id: String?, key: String) throws -> [WarningContent] {
        var episode = id
        var cursor: UInt64?
        while episode == nil {
            let page = try reader.events(scenario: scenario.id, key: key, before: cursor, limit: Self.page)
            // Events of flapping stand beside the episodes.
            episode = page.last { $0.type != "ganzhi.warning.flapping" }?.subject
            guard page.count == Self.page else { break }
            cursor = page.first?.serial
        }
        guard let episode else { return [] }
        var events: [WarningContent] = []
        while true {
            let page = try reader.events(
                after: events.last?.serial ?? 0,
                filter: EventFilter(scenario: scenario.id, key: key, subject: episode),
                limit: Self.page
            )
            events += page.compactMap { WarningContent($0) }
            if page.count < Self.page { return events }
        }
    }

    private func eventAccount(_ event: WarningContent) throws -> KeyAccount.EventAccount {
        let then = try readingOfThen(event)
        let deciding = event.data.reason == nil ? (then ?? reading).deciding(event) : nil
        return KeyAccount.EventAccount(
            id: event.id,
            event: event.kind,
            instant: event.data.instant,
            decided: event.time,
            level: event.data.level,
            previous: event.data.previous,
            reason: event.data.reason,
            deciding: deciding,
            isOfToday: deciding != nil && then == nil,
            evidence: event.data.evidence ?? [],
            conditions: event.data.conditions ?? [:],
            suppressed: event.data.suppressed ?? []
        )
    }

    /// The scenario as it was when an event was decided; `nil` where its generation is not stored.
    private func readingOfThen(_ event: WarningContent) throws -> LadderReading? {
        if let known = versions[event.data.scenarioHash] { return known }
        guard let bundle = try reader.generation(event.data.generation),
            let then = try? Generation(bundle: bundle),
            let scenario = then.scenarios.first(where: {
                $0.id == event.data.scenario && $0.hash == event.data.scenarioHash
            })
        else { return nil }
        return LadderReading(scenario, in: then)
    }
}

extension LadderReading {
    /// The condition that decided an event, canonical.
    fileprivate func deciding(_ event: WarningContent) -> String? {
        let rungs = scenario.ladder.rungs
        func rung(_ name: String) -> Int? { rungs.firstIndex { $0.level.name == name } }
        switch event.kind {
        case "raised", "escalated":
            return rung(event.data.level).map { canonical(rungs[$0].when, program?.when[$0]).description }
        case "eased":
            guard let left = rung(event.data.previous) else { return nil }
            if let until = rungs[left].until { return canonical(until, program?.until[left]).description }
            return canonical(.not(rungs[left].when), program?.when[left]).description
        case "cleared":
            if let clear = scenario.ladder.clear { return canonical(clear, program?.clear).description }
            let conditions = rungs.indices.map { canonical(rungs[$0].when, program?.when[$0]) }
            return conditions.dropFirst().reduce(Condition.not(conditions[0])) { .and($0, .not($1)) }.description
        default: return nil
        }
    }
}
