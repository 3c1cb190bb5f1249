import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiWindow

extension Pipeline {
    /// Numbers the drafts in their order, encodes them, and moves them into the commit.
    mutating func emitDrafts(into commit: inout Commit) {
        guard !drafts.isEmpty else { return }
        for draft in inOrder(drafts) {
            serial += 1
            let made = eventMaker.make(draft, subject: subject(of: draft), serial: serial)
            commit.events.append(made.event)
            commit.publications += made.publications
            commit.warnings.append(made.warning)
        }
        drafts.removeAll(keepingCapacity: true)
    }

    /// The order of events: by (instant, scenario, key, sequence).
    private func inOrder(_ drafts: [EventDraft]) -> [EventDraft] {
        guard drafts.count > 1 else { return drafts }
        let devices = drafts.map { device(of: $0) }
        return drafts.indices.sorted { a, b in
            let (left, right) = (drafts[a], drafts[b])
            if left.instant != right.instant { return left.instant < right.instant }
            if left.scenario != right.scenario { return left.scenario < right.scenario }
            if left.key == right.key { return left.sequence < right.sequence }
            return devices[a].precedesByCodePoint(devices[b])
        }.map { drafts[$0] }
    }

    private func device(of draft: EventDraft) -> String {
        channels[Int(routing.scenarios[draft.scenario].seriesOfKey[draft.key])].device
    }

    private func subject(of draft: EventDraft) -> EventMaker.Subject {
        let state = routing.scenarios[draft.scenario]
        let device = device(of: draft)
        return EventMaker.Subject(
            scenario: state.scenario,
            hash: state.hash,
            key: device,
            device: generation.catalogue.device(device),
            unit: state.unit
        )
    }

    /// A feed that was lost is one event, one that came back another.
    mutating func emitFeedEvent(block: Int, into commit: inout Commit) {
        guard let state = batch.blocks[block].feedEvent else { return }
        let feed = batch.slices[block].feed
        let isDegraded = state == .down
        guard isDegraded != feedHealth[feed].isDegraded else { return }
        feedHealth[feed].isDegraded = isDegraded
        if isDegraded { feedHealth[feed].episode += 1 }
        serial += 1
        let made = eventMaker.makeFeedEvent(
            feed: feeds[feed].name,
            isDegraded: isDegraded,
            episodeNumber: feedHealth[feed].episode,
            sequence: isDegraded ? 1 : 2,
            decided: batch.slices[block].now,
            block: batch.blocks[block].sequence,
            serial: serial
        )
        commit.events.append(made.event)
        commit.publications.append(made.publication)
    }
}
