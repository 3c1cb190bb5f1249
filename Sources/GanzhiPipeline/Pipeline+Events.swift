import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

extension Pipeline {
    /// Numbers the drafts in their order, encodes them, and moves them into the commit.
    mutating func emitDrafts(into commit: inout Commit) {
        guard !drafts.isEmpty else { return }
        for draft in inOrder(drafts) {
            serial += 1
            emit(draft, into: &commit)
        }
        drafts.removeAll(keepingCapacity: true)
    }

    private mutating func emit(_ draft: EventDraft, into commit: inout Commit) {
        var subject = subject(of: draft)
        let scenario = subject.scenario
        let matched = Suppressions.Subject(
            name: Suppressions.Name(scenario: scenario.id, key: subject.key),
            districts: subject.district.isEmpty ? [] : generation.catalogue.districtsHolding(subject.district),
            level: draft.rung.map { scenario.ladder.rungs[$0].level } ?? draft.previous,
            maintenance: scenario.maintenance
        )
        subject.suppressedBy = reasons(for: matched, now: draft.decided)
        let made = eventMaker.make(draft, subject: subject, serial: serial)
        commit.events.append(made.event)
        commit.publications += suppressions.publish(
            made.publications,
            matched,
            isOver: draft.rung == nil,
            changesStanding: made.warning != nil,
            isSuppressed: !subject.suppressedBy.isEmpty
        )
        guard let warning = made.warning else { return }
        commit.warnings.append(warning)
        suppressions.note(warning, matched, muting: scenario.mutes)
    }

    /// The order of events: by (instant, scenario, key, sequence).
    ///
    /// An eager evaluation may be followed by one of an earlier instant; its event then stands behind.
    private func inOrder(_ drafts: [EventDraft]) -> [EventDraft] {
        guard drafts.count > 1 else { return drafts }
        var latest: [DraftKey: Timestamp] = [:]
        let entries = drafts.map { draft in
            let key = DraftKey(scenario: draft.scenario, key: draft.key)
            let instant = max(draft.instant, latest[key] ?? .never)
            latest[key] = instant
            return (instant: instant, name: name(ofKey: draft.key, scenario: draft.scenario))
        }
        return drafts.indices.sorted { a, b in
            let (left, right) = (drafts[a], drafts[b])
            if entries[a].instant != entries[b].instant { return entries[a].instant < entries[b].instant }
            if left.scenario != right.scenario { return left.scenario < right.scenario }
            if left.key == right.key { return a < b }
            return entries[a].name.precedesByCodePoint(entries[b].name)
        }.map { drafts[$0] }
    }

    private struct DraftKey: Hashable {
        var scenario: Int
        var key: Int
    }

    private func subject(of draft: EventDraft) -> EventMaker.Subject {
        let (scenario, hash) = (routing.scenarios[draft.scenario].scenario, routing.scenarios[draft.scenario].hash)
        let key = name(ofKey: draft.key, scenario: draft.scenario)
        let device = scenario.watch.per == .device ? generation.catalogue.device(key) : nil
        let district = scenario.watch.per == .district ? key : device?.district ?? ""
        return EventMaker.Subject(scenario: scenario, hash: hash, key: key, device: device, district: district)
    }

    /// Events of devices that fell silent or came back at a block.
    mutating func emitDeviceEvents(block: Int, into commit: inout Commit) {
        while nextDeviceChange < deviceChanges.count, deviceChanges[nextDeviceChange].block == block {
            let change = deviceChanges[nextDeviceChange]
            nextDeviceChange += 1
            let id = deviceWatch.devices[change.device].id
            guard let device = generation.catalogue.device(id) else { continue }
            serial += 1
            let made = eventMaker.makeDeviceEvent(
                device,
                isSilent: change.isSilent,
                episodeNumber: change.episode,
                decided: batch.slices[block].now,
                block: batch.blocks[block].sequence,
                serial: serial
            )
            commit.events.append(made.event)
            commit.publications.append(made.publication)
        }
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
            decided: batch.slices[block].now,
            block: batch.blocks[block].sequence,
            serial: serial
        )
        commit.events.append(made.event)
        commit.publications.append(made.publication)
    }
}
