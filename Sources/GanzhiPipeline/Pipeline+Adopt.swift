import GanzhiCatalogue
import GanzhiFeeds
public import GanzhiModel
import GanzhiWarnings
import GanzhiWindow
import HeapModule

extension Pipeline {
    /// Goes on under another generation.
    ///
    /// Plans that are unchanged keep their panes; a changed scenario keeps level and episode, and its runs start anew; a
    /// removed or retired one clears its warnings with that reason.
    ///
    /// - Parameters:
    ///   - next: What people wrote.
    ///   - sequence: The config block.
    ///   - commit: Gets what the blocks before it, and the change itself, brought forth.
    /// - Throws: A problem where a scenario cannot be planned; nothing has changed then but that the batch is flushed.
    public mutating func adopt(
        _ next: Generation,
        sequence: UInt64,
        received: Timestamp,
        monotonic: Int64,
        into commit: inout Commit
    ) throws(Problem) {
        flush(into: &commit)
        position = sequence
        now = max(now, received)
        running.pass(now: now, monotonic: monotonic)
        commit.position = sequence
        guard next.name != generationName else { return }
        var nextRouting = try PipelineRouting(next.scenarios, catalogue: next.catalogue, calendar: next.calendar)

        adoptFeeds(of: next)
        for scenario in routing.scenarios.indices {
            let id = routing.scenarios[scenario].scenario.id
            if let plan = nextRouting.scenarios.first(where: { $0.scenario.id == id })?.plan {
                end(scenario: scenario, reason: "no-longer-watched") { channel in
                    !nextRouting.watchers(of: channel, in: next.catalogue).contains(plan)
                }
            } else {
                let isRetired = next.scenarios.contains { $0.id == id }
                end(scenario: scenario, reason: isRetired ? "scenario-retired" : "scenario-removed") { _ in true }
            }
        }
        emitDrafts(into: &commit)

        let old = routing
        normaliser.adopt(next.catalogue)
        let watches = channels.indices.map { series in
            (
                plans: nextRouting.watchers(of: channels[series], in: next.catalogue),
                expectedInterval: normaliser.expectedInterval(of: UInt32(series))
            )
        }
        windows.adopt(plans: nextRouting.plans.map { ($0.plan, old.plans.firstIndex(of: $0)) }) { watches[$0] }
        for index in nextRouting.scenarios.indices {
            let id = nextRouting.scenarios[index].scenario.id
            guard let before = old.scenarios.first(where: { $0.scenario.id == id }) else { continue }
            if before.scenario == nextRouting.scenarios[index].scenario {
                nextRouting.scenarios[index].takeOver(before)
            } else {
                let plan = nextRouting.scenarios[index].plan
                nextRouting.scenarios[index].takeOverLevels(of: before) { series in
                    windows.row(ofSeries: Int(series), plan: plan)
                }
            }
        }
        generation = next
        generationName = next.name
        routing = nextRouting
        eventMaker = EventMaker(generation: next, generationHash: generationName)
        bindScenarios()
        staleHeaps = Array(repeating: Heap(), count: feeds.count)
        for scenario in routing.scenarios.indices {
            for key in 0..<routing.scenarios[scenario].book.keyCount
            where routing.scenarios[scenario].book.state(of: key).rung >= 0 {
                watchStaleness(scenario: scenario, key: key)
            }
        }
    }

    private mutating func adoptFeeds(of next: Generation) {
        let old = feeds
        feeds = Self.feeds(of: next, clock: clock)
        books.adopt(feeds: feeds.map(\.name))
        let previous = feeds.map { feed in old.firstIndex { $0.name == feed.name } }
        running.adopt(feedCount: feeds.count) { previous[$0] }
        let health = feedHealth
        feedHealth = previous.map { $0.map { health[$0] } ?? FeedHealth() }
        let oldDecoders = decoders
        decoders = feeds.indices.map { index in
            if let before = previous[index], old[before] == feeds[index] {
                oldDecoders[before]
            } else {
                FeedDecoder(definition: feeds[index])
            }
        }
        var numbers = [Int](repeating: 0, count: old.count)
        for (index, before) in previous.enumerated() { if let before { numbers[before] = index } }
        windows.renumberFeeds(numbers)
        for scenario in routing.scenarios.indices { routing.scenarios[scenario].book.renumberFeeds(numbers) }
    }

    /// Drafts the end of the standing warnings of a scenario at the keys that the condition names.
    private mutating func end(scenario: Int, reason: String, where isOver: (Channel) -> Bool) {
        for key in 0..<routing.scenarios[scenario].book.keyCount
        where routing.scenarios[scenario].book.state(of: key).rung >= 0 {
            guard isOver(channels[Int(routing.scenarios[scenario].seriesOfKey[key])]) else { continue }
            let before = routing.scenarios[scenario].book.state(of: key)
            guard let rung = routing.scenarios[scenario].book.end(key: key) else { continue }
            drafts.append(
                EventDraft(
                    kind: .ended(reason: reason),
                    scenario: scenario,
                    key: key,
                    instant: before.lastInstant,
                    decided: now,
                    block: position,
                    sequence: routing.scenarios[scenario].book.nextSequence(of: key),
                    episode: before.episode,
                    raised: before.raised,
                    rung: nil,
                    previous: routing.scenarios[scenario].scenario.ladder.rungs[rung].level
                )
            )
        }
    }
}
