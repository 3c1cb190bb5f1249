import GanzhiModel
import GanzhiWarnings
import HeapModule

extension Pipeline {
    /// Looks at a standing warning again when it may have fallen silent.
    mutating func watchStaleness(scenario: Int, key: Int) {
        let state = routing.scenarios[scenario].book.state(of: key)
        let silence = routing.scenarios[scenario].scenario.ladder.silence.microseconds
        staleHeaps[Int(state.feed)].insert(
            StaleDeadline(time: state.lastKnown + silence, scenario: scenario, key: key)
        )
    }

    /// Marks standing warnings stale that more than `silence` of running time has passed for, once a block.
    mutating func markStale(block: Int) {
        for feed in feeds.indices {
            let running = batch.running[block * feeds.count + feed]
            while let next = staleHeaps[feed].min, next.time < running {
                staleHeaps[feed].removeMin()
                let scenario = routing.scenarios[next.scenario].scenario
                let state = routing.scenarios[next.scenario].book.state(of: next.key)
                guard state.rung >= 0, !state.isStale, Int(state.feed) == feed else { continue }
                let deadline = state.lastKnown + scenario.ladder.silence.microseconds
                guard deadline < running else {
                    staleHeaps[feed].insert(StaleDeadline(time: deadline, scenario: next.scenario, key: next.key))
                    continue
                }
                _ = routing.scenarios[next.scenario].book.markStale(key: next.key)
                drafts.append(
                    EventDraft(
                        kind: .stale,
                        scenario: next.scenario,
                        key: next.key,
                        instant: state.lastInstant,
                        decided: decided(at: block),
                        block: sequenceOfBlock(block),
                        sequence: routing.scenarios[next.scenario].book.nextSequence(of: next.key),
                        episode: state.episode,
                        raised: state.raised,
                        rung: Int(state.rung),
                        previous: state.previous,
                        isStale: true
                    )
                )
            }
        }
    }
}
