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
        var device: DeviceDefinition?
        /// The metric's canonical unit; empty where none is known.
        var unit: String
    }

    /// An event with its publications and the warning as it now stands.
    struct Made {
        var event: Event
        var publications: [Publication]
        var warning: StandingWarning
    }

    func make(_ draft: EventDraft, subject: Subject, serial: UInt64) -> Made {
        let rungs = subject.scenario.ladder.rungs
        let level = draft.rung.map { rungs[$0].level }
        let previous = draft.previous
        let episode = EpisodeID.make([
            generation.city, generation.node, subject.scenario.id, subject.key, String(draft.raised.milliseconds),
            String(draft.episode),
        ])
        let id = EpisodeID.event(episode, sequence: draft.sequence)
        let type: String =
            switch draft.kind {
            case .transition(.raised): "ganzhi.warning.raised"
            case .transition(.escalated): "ganzhi.warning.escalated"
            case .transition(.eased): "ganzhi.warning.eased"
            case .transition(.cleared), .ended: "ganzhi.warning.cleared"
            case .stale: "ganzhi.warning.stale"
            }
        var writer = JSONWriter()
        envelope(
            &writer,
            id: id,
            type: type,
            subject: episode,
            sequence: draft.sequence,
            serial: serial,
            decided: draft.decided,
            schema: "urn:ganzhi:warning:1"
        ) {
            write(draft, subject: subject, level: level, previous: previous, episode: episode, into: &$0)
        }
        let district = subject.device?.district ?? ""
        let event = Event(
            serial: serial,
            id: id,
            type: type,
            subject: episode,
            time: draft.decided,
            scenario: subject.scenario.id,
            key: subject.key,
            level: level?.name ?? "none",
            district: district,
            device: subject.key,
            bytes: writer.bytes
        )
        let warning = StandingWarning(
            scenario: subject.scenario.id,
            key: subject.key,
            episode: episode,
            level: level,
            raised: draft.raised,
            instant: draft.instant,
            isStale: { if case .stale = draft.kind { true } else { false } }(),
            district: district,
            serial: serial
        )
        return Made(
            event: event,
            publications: publications(of: event, stage: subject.scenario.stage),
            warning: warning
        )
    }

    private func publications(of event: Event, stage: Scenario.Stage) -> [Publication] {
        let district = "\(generation.topicRoot)/events/\(TopicName.level(event.district))"
        let scenario = TopicName.level(event.scenario)
        guard stage == .online else {
            return [
                Publication(
                    serial: event.serial,
                    topic: "\(district)/trial/\(scenario)/\(event.level)",
                    isRetained: false,
                    payload: event.bytes
                )
            ]
        }
        return [
            Publication(
                serial: event.serial,
                topic: "\(district)/\(scenario)/\(event.level)",
                isRetained: false,
                payload: event.bytes
            ),
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
        sequence: UInt32,
        decided: Timestamp,
        block: UInt64,
        serial: UInt64
    ) -> (event: Event, publication: Publication) {
        let episode = EpisodeID.make([generation.city, generation.node, "feed", feed, String(episodeNumber)])
        let id = EpisodeID.event(episode, sequence: sequence)
        let type = isDegraded ? "ganzhi.feed.degraded" : "ganzhi.feed.restored"
        var writer = JSONWriter()
        envelope(
            &writer,
            id: id,
            type: type,
            subject: feed,
            sequence: sequence,
            serial: serial,
            decided: decided,
            schema: "urn:ganzhi:feed:1"
        ) {
            $0.member("feed", feed)
            $0.member("state", isDegraded ? "down" : "up")
            $0.name("times")
            $0.object { $0.member("decided", decided.milliseconds) }
            $0.member("generation", generationHash)
            $0.member("block", block)
        }
        let event = Event(serial: serial, id: id, type: type, subject: feed, time: decided, bytes: writer.bytes)
        let publication = Publication(
            serial: serial,
            topic: "\(generation.topicRoot)/feeds/\(TopicName.level(feed))",
            isRetained: false,
            payload: event.bytes
        )
        return (event, publication)
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
        previous: Level?,
        episode: String,
        into writer: inout JSONWriter
    ) {
        let scenario = subject.scenario
        writer.member("scenario", scenario.id)
        writer.member("key", subject.key)
        writer.member("level", level?.name ?? "none")
        writer.member("previous", previous?.name ?? "none")
        writer.member("instant", draft.instant.milliseconds)
        if case .ended(let reason) = draft.kind { writer.member("reason", reason) }
        write(texts: scenario.title, as: "title", into: &writer)
        write(texts: level.flatMap { scenario.advice[$0.name] } ?? [:], as: "advice", into: &writer)
        if let device = subject.device { write(placeOf: device, into: &writer) }
        write(generation.status, as: "status", into: &writer)
        writer.member("msgType", draft.sequence == 1 ? "Alert" : level == nil ? "Cancel" : "Update")
        if draft.sequence > 1 {
            writer.name("references")
            writer.array { $0.value(EpisodeID.event(episode, sequence: draft.sequence - 1)) }
        }
        write(scenario.category, as: "category", into: &writer)
        write(scenario.urgency, as: "urgency", into: &writer)
        write(level?.severity, as: "severity", into: &writer)
        if !draft.evidence.isEmpty { writer.member("certainty", "Observed") }
        if let expires = scenario.expires { writer.member("expires", (draft.decided + expires).milliseconds) }
        if !draft.evidence.isEmpty {
            writer.name("evidence")
            writer.array { for evidence in draft.evidence { write(evidence, subject: subject, into: &$0) } }
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
            if let newest = draft.evidence.max(by: { $0.window.observed < $1.window.observed })?.window {
                $0.member("observed", newest.observed.milliseconds)
                $0.member("received", newest.received.milliseconds)
            }
            $0.member("decided", draft.decided.milliseconds)
        }
        write(scenario.owner, as: "owner", into: &writer)
        write(subject.device?.owner, as: "provider", into: &writer)
        write(subject.device?.grading?.rawValue, as: "grading", into: &writer)
        write(subject.device?.sharing?.rawValue, as: "sharing", into: &writer)
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

    private func write(placeOf device: DeviceDefinition, into writer: inout JSONWriter) {
        write(device.district, as: "district", into: &writer)
        guard let place = device.place else { return }
        writer.name("place")
        writer.object {
            write(place.area, as: "area", into: &$0)
            write(place.geocode, as: "geocode", into: &$0)
            if let latitude = place.latitude { $0.member("latitude", latitude) }
            if let longitude = place.longitude { $0.member("longitude", longitude) }
        }
    }

    private func write(_ evidence: EventDraft.Evidence, subject: Subject, into writer: inout JSONWriter) {
        let measure = subject.scenario.measures[evidence.measure]
        let unit = measure.function.dimension.unit(ofMetricIn: subject.unit)
        writer.object {
            $0.member("measure", measure.name)
            $0.member("value", evidence.value)
            if !unit.isEmpty { $0.member("unit", unit) }
            $0.member("start", evidence.window.start.milliseconds)
            $0.member("end", evidence.window.end.milliseconds)
            $0.member("count", evidence.window.count)
            $0.member("coverage", evidence.window.coverage)
            $0.member("good", evidence.window.goodShare)
            $0.member("revision", evidence.window.revision)
            $0.name("thresholds")
            $0.array {
                for threshold in evidence.thresholds {
                    $0.object {
                        $0.member("comparison", threshold.comparison.rawValue)
                        $0.member("value", threshold.value)
                        if !unit.isEmpty { $0.member("unit", unit) }
                    }
                }
            }
        }
    }
}
