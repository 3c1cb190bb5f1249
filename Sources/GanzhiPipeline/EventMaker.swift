import GanzhiCatalogue
import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

/// Turns drafts into CloudEvents, encoded once, and into what is published of them.
struct EventMaker {
    let generation: Generation
    let generationHash: String

    /// Everything about a scenario that its events carry.
    struct Subject {
        var scenario: Scenario
        var hash: String
        var key: String
        /// The device that is the key; `nil` where the key is none, or one that the catalogue does not know.
        var device: DeviceDefinition?
        /// Code of the key's district; empty where none is known.
        var district: String
        /// What keeps the event from being published.
        var suppressedBy: [SuppressionReason] = []
    }

    /// An event with its publications and the warning as it now stands.
    struct Made {
        var event: Event
        var publications: [Publication]
        /// `nil` where the event changes nothing about what stands.
        var warning: StandingWarning?
    }

    func make(_ draft: EventDraft, subject: Subject, serial: UInt64) -> Made {
        let rungs = subject.scenario.ladder.rungs
        let level = draft.rung.map { rungs[$0].level }
        let episode = EpisodeID.make([
            generation.city, generation.node, subject.scenario.id, subject.key, String(draft.raised.milliseconds),
            String(draft.episode),
        ])
        var (name, sequence, isBeside) = (episode, draft.sequence, false)
        if case .flapping(_, let number) = draft.kind {
            name = EpisodeID.make([
                generation.city, generation.node, "flapping", subject.scenario.id, subject.key,
                String(draft.instant.milliseconds), String(draft.episode), String(number),
            ])
            (sequence, isBeside) = (1, true)
        }
        let id = EpisodeID.event(name, sequence: sequence)
        let type = "ganzhi.warning.\(draft.kind.name)"
        var writer = JSONWriter()
        envelope(
            &writer,
            id: id,
            type: type,
            subject: name,
            sequence: sequence,
            serial: serial,
            decided: draft.decided,
            schema: "urn:ganzhi:warning:1"
        ) {
            write(draft, subject: subject, level: level, episode: episode, into: &$0)
        }
        let event = Event(
            serial: serial,
            id: id,
            type: type,
            subject: name,
            time: draft.decided,
            scenario: subject.scenario.id,
            key: subject.key,
            level: level?.name ?? "none",
            district: subject.district,
            device: subject.scenario.watch.per == .device ? subject.key : "",
            bytes: writer.bytes
        )
        let warning = StandingWarning(
            scenario: subject.scenario.id,
            key: subject.key,
            episode: episode,
            level: level,
            raised: draft.raised,
            instant: draft.instant,
            isStale: draft.isStale,
            district: subject.district,
            suppressedBy: subject.suppressedBy.map(\.description).joined(separator: ", "),
            serial: serial
        )
        let changesStanding = !isBeside && draft.isCurrent
        return Made(
            event: event,
            publications: publications(of: event, stage: subject.scenario.stage, retains: changesStanding),
            warning: changesStanding ? warning : nil
        )
    }

    /// Where an event goes; one that changes what stands goes to the retained topic too.
    private func publications(of event: Event, stage: Scenario.Stage, retains: Bool) -> [Publication] {
        let district = "\(generation.topicRoot)/events/\(TopicName.level(event.district))"
        let scenario = TopicName.level(event.scenario)
        let stageLevel = stage == .online ? "" : "/trial"
        let news = Publication(
            serial: event.serial,
            topic: "\(district)\(stageLevel)/\(scenario)/\(event.level)",
            isRetained: false,
            payload: event.bytes
        )
        guard stage == .online, retains else { return [news] }
        return [
            news,
            Publication(
                serial: event.serial,
                topic: "\(generation.topicRoot)/warnings/\(scenario)/\(TopicName.level(event.key))",
                isRetained: true,
                payload: event.level == "none" ? [] : event.bytes
            ),
        ]
    }

    /// An event about a feed that was lost or came back.
    func makeFeedEvent(
        feed: String,
        isDegraded: Bool,
        episodeNumber: UInt32,
        decided: Timestamp,
        block: UInt64,
        serial: UInt64
    ) -> (event: Event, publication: Publication) {
        let notice = Notice(
            kind: "feed",
            subject: feed,
            state: isDegraded ? "degraded" : "restored",
            episodeNumber: episodeNumber,
            isFirst: isDegraded,
            topic: "\(generation.topicRoot)/feeds/\(TopicName.level(feed))"
        )
        return make(notice, decided: decided, block: block, serial: serial) {
            $0.member("feed", feed)
            $0.member("state", isDegraded ? "down" : "up")
        }
    }

    /// An event about a device that fell silent or came back.
    func makeDeviceEvent(
        _ device: DeviceDefinition,
        isSilent: Bool,
        episodeNumber: UInt32,
        decided: Timestamp,
        block: UInt64,
        serial: UInt64
    ) -> (event: Event, publication: Publication) {
        let district = device.district ?? ""
        let notice = Notice(
            kind: "device",
            subject: device.id,
            state: isSilent ? "silent" : "returned",
            episodeNumber: episodeNumber,
            isFirst: isSilent,
            topic: "\(generation.topicRoot)/devices/\(TopicName.level(district))/\(TopicName.level(device.id))",
            district: district,
            device: device.id
        )
        return make(notice, decided: decided, block: block, serial: serial) {
            $0.member("device", device.id)
            $0.member("state", isSilent ? "silent" : "heard")
            write(device.type, as: "type", into: &$0)
            write(device.district, as: "district", into: &$0)
            if let place = device.place { write(place, into: &$0) }
            write(device.owner, as: "provider", into: &$0)
        }
    }

    /// What an event that is no warning is about.
    private struct Notice {
        var kind: String
        var subject: String
        var state: String
        var episodeNumber: UInt32
        /// Whether it begins the episode; else it ends it.
        var isFirst: Bool
        var topic: String
        var district = ""
        var device = ""
    }

    private func make(
        _ notice: Notice,
        decided: Timestamp,
        block: UInt64,
        serial: UInt64,
        data: (inout JSONWriter) -> Void
    ) -> (event: Event, publication: Publication) {
        let episode = EpisodeID.make([
            generation.city, generation.node, notice.kind, notice.subject, String(notice.episodeNumber),
        ])
        let sequence: UInt32 = notice.isFirst ? 1 : 2
        let id = EpisodeID.event(episode, sequence: sequence)
        let type = "ganzhi.\(notice.kind).\(notice.state)"
        var writer = JSONWriter()
        envelope(
            &writer,
            id: id,
            type: type,
            subject: notice.subject,
            sequence: sequence,
            serial: serial,
            decided: decided,
            schema: "urn:ganzhi:\(notice.kind):1"
        ) {
            data(&$0)
            $0.name("times")
            $0.object { $0.member("decided", decided.milliseconds) }
            $0.member("generation", generationHash)
            $0.member("block", block)
        }
        let event = Event(
            serial: serial,
            id: id,
            type: type,
            subject: notice.subject,
            time: decided,
            district: notice.district,
            device: notice.device,
            bytes: writer.bytes
        )
        return (event, Publication(serial: serial, topic: notice.topic, isRetained: false, payload: event.bytes))
    }

    private func envelope(
        _ writer: inout JSONWriter,
        id: String,
        type: String,
        subject: String,
        sequence: UInt32,
        serial: UInt64,
        decided: Timestamp,
        schema: String,
        data: (inout JSONWriter) -> Void
    ) {
        writer.object {
            $0.member("specversion", "1.0")
            $0.member("id", id)
            $0.member("type", type)
            $0.member("source", "/cities/\(generation.city)/nodes/\(generation.node)")
            $0.member("subject", subject)
            $0.member("sequence", EpisodeID.digits(sequence))
            $0.member("serial", serial)
            $0.member("time", decided.rfc3339)
            $0.member("datacontenttype", "application/json")
            $0.member("dataschema", schema)
            $0.name("data")
            $0.object(data)
        }
    }

    private func write(
        _ draft: EventDraft,
        subject: Subject,
        level: Level?,
        episode: String,
        into writer: inout JSONWriter
    ) {
        let scenario = subject.scenario
        writer.member("scenario", scenario.id)
        writer.member("key", subject.key)
        writer.member("level", level?.name ?? "none")
        writer.member("previous", draft.previous?.name ?? "none")
        writer.member("instant", draft.instant.milliseconds)
        switch draft.kind {
        case .ended(let reason): writer.member("reason", reason)
        case .flapping(let changes, _):
            writer.member("changes", changes)
            writer.member("within", scenario.flapping.within.microseconds / 1000)
        case .transition, .stale, .corrected: break
        }
        write(texts: scenario.title, as: "title", into: &writer)
        write(texts: level.flatMap { scenario.advice[$0.name] } ?? [:], as: "advice", into: &writer)
        write(subject.district.isEmpty ? nil : subject.district, as: "district", into: &writer)
        if let place = subject.device?.place { write(place, into: &writer) }
        write(generation.status, as: "status", into: &writer)
        write(reference(of: draft), draft, level, episode: episode, into: &writer)
        write(scenario.category, as: "category", into: &writer)
        write(scenario.urgency, as: "urgency", into: &writer)
        write(level?.severity, as: "severity", into: &writer)
        if !draft.evidence.isEmpty { writer.member("certainty", "Observed") }
        if let expires = scenario.expires { writer.member("expires", (draft.decided + expires).milliseconds) }
        if !draft.evidence.isEmpty {
            writer.name("evidence")
            writer.array { for evidence in draft.evidence { write(evidence, into: &$0) } }
        }
        if !draft.truths.isEmpty {
            writer.name("conditions")
            writer.object {
                for (rung, truth) in zip(scenario.ladder.rungs, draft.truths) {
                    $0.name(escaping: rung.level.name)
                    switch truth {
                    case .true: $0.value(true)
                    case .false: $0.value(false)
                    case .unknown: $0.value("unknown")
                    }
                }
            }
        }
        writer.name("times")
        writer.object {
            if let newest = draft.evidence.reversed().max(by: { $0.observed < $1.observed }) {
                $0.member("observed", newest.observed.milliseconds)
                $0.member("received", newest.received.milliseconds)
            }
            $0.member("decided", draft.decided.milliseconds)
        }
        write(scenario.owner, as: "owner", into: &writer)
        write(subject.device?.owner, as: "provider", into: &writer)
        write(subject.device?.grading?.rawValue, as: "grading", into: &writer)
        write(subject.device?.sharing?.rawValue, as: "sharing", into: &writer)
        if !subject.suppressedBy.isEmpty {
            writer.name("suppressed")
            writer.array { for reason in subject.suppressedBy { reason.write(into: &$0) } }
        }
        writer.member("generation", generationHash)
        writer.member("scenarioHash", subject.hash)
        writer.member("block", draft.block)
    }

    private func write(_ text: String?, as name: StaticString, into writer: inout JSONWriter) {
        if let text { writer.member(name, text) }
    }

    private func write(texts: [String: String], as name: StaticString, into writer: inout JSONWriter) {
        guard !texts.isEmpty else { return }
        writer.name(name)
        writer.object {
            for language in texts.keys.sorted(by: { $0.precedesByCodePoint($1) }) {
                $0.name(escaping: language)
                $0.value(texts[language]!)
            }
        }
    }

    private func write(_ place: Place, into writer: inout JSONWriter) {
        writer.name("place")
        writer.object {
            write(place.area, as: "area", into: &$0)
            write(place.geocode, as: "geocode", into: &$0)
            if let latitude = place.latitude { $0.member("latitude", latitude) }
            if let longitude = place.longitude { $0.member("longitude", longitude) }
        }
    }

    /// The sequence that an event refers to: the one before it, or the one that it corrects.
    private func reference(of draft: EventDraft) -> UInt32? {
        switch draft.kind {
        case .corrected(let sequence): sequence
        case .flapping: nil
        case .transition, .stale, .ended: draft.sequence > 1 ? draft.sequence - 1 : nil
        }
    }

    private func write(
        _ reference: UInt32?,
        _ draft: EventDraft,
        _ level: Level?,
        episode: String,
        into writer: inout JSONWriter
    ) {
        let type =
            switch draft.kind {
            case .flapping: "Alert"
            case .corrected: "Update"
            case .transition, .stale, .ended: draft.sequence == 1 ? "Alert" : level == nil ? "Cancel" : "Update"
            }
        writer.member("msgType", type)
        guard let reference else { return }
        writer.name("references")
        writer.array { $0.value(EpisodeID.event(episode, sequence: reference)) }
    }

    private func write(_ evidence: Evidence, into writer: inout JSONWriter) {
        writer.object {
            $0.member("measure", evidence.measure)
            $0.member("value", evidence.value)
            if !evidence.unit.isEmpty { $0.member("unit", evidence.unit) }
            $0.member("start", evidence.start.milliseconds)
            $0.member("end", evidence.end.milliseconds)
            $0.member("count", evidence.count)
            $0.member("coverage", evidence.coverage)
            $0.member("good", evidence.good)
            $0.member("revision", evidence.revision)
            $0.name("thresholds")
            $0.array {
                for threshold in evidence.thresholds {
                    $0.object {
                        $0.member("comparison", threshold.comparison.rawValue)
                        $0.member("value", threshold.value)
                        if !evidence.unit.isEmpty { $0.member("unit", evidence.unit) }
                    }
                }
            }
        }
    }
}

extension EventDraft.Kind {
    /// The last part of the event's type.
    fileprivate var name: String {
        switch self {
        case .transition(.raised): "raised"
        case .transition(.escalated): "escalated"
        case .transition(.eased): "eased"
        case .transition(.cleared), .ended: "cleared"
        case .stale: "stale"
        case .corrected: "corrected"
        case .flapping: "flapping"
        }
    }
}
