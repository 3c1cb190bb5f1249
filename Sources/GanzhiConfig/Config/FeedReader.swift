import GanzhiFeeds
import GanzhiModel

/// Reads the feeds; the keys are listed at `FeedDefinition` and `JSONMapping`.
struct FeedReader {
    /// First levels of every topic of ours.
    let topicRoot: String

    /// The topics under the root that we publish to ourselves.
    private static let outputs = [
        "events/+/+/#", "trial/+/#", "devices/+/+", "feeds/+", "warnings/+/+", "status/+",
    ]

    /// Formats of the language that this version does not read.
    private static let laterFormats = [
        "senml+cbor", "csv", "number", "sparkplug", "hj212", "chirpstack", "ttn",
    ]

    /// The feeds; without any, one on our own topic of readings.
    func read(_ value: YAMLValue?) -> [FeedDefinition] {
        guard let value else {
            guard let topic = try? TopicFilter("\(topicRoot)/readings/+/+") else { return [] }
            return [FeedDefinition(name: "readings", topic: topic)]
        }
        guard let values = value.list(of: "feeds") else { return [] }
        if values.isEmpty {
            value.report(
                "`feeds` is empty, so nothing would be received.",
                "Remove it for the default feed `\(topicRoot)/readings/+/+`, or write one."
            )
        }
        var feeds: [FeedDefinition] = []
        var seen: (names: [String: Int], topics: [String: String]) = ([:], [:])
        for value in values {
            guard let mapping = value.named("a feed").mapping(.configFeed) else { continue }
            let name = mapping.required("name", "Write what the ledger calls it, such as `name: gateways`.")
            let topic = mapping.required("topic", "Write its filter, such as `topic: city/+/readings`.")
            if let name, let text = name.scalarText {
                if let line = seen.names[text] {
                    name.report(
                        "There is a feed \(ScalarText.quoted(text)) already, in line \(line).",
                        "Use another name."
                    )
                }
                seen.names[text] = seen.names[text] ?? name.place.line
            }
            let filter = topic.flatMap(readTopic)
            if let filter, let topic {
                if let other = seen.topics[filter.text] {
                    topic.report(
                        "The feed “\(other)” has this filter too and comes first, so this one receives nothing.",
                        "Remove one of the two.",
                        severity: .warning
                    )
                }
                seen.topics[filter.text] = seen.topics[filter.text] ?? name?.scalarText ?? ""
            }
            if let feed = readFeed(mapping, name: name?.identifier("the name of a feed"), filter: filter) {
                feeds.append(feed)
            }
        }
        return feeds
    }

    private func readFeed(_ mapping: YAMLMapping, name: String?, filter: TopicFilter?) -> FeedDefinition? {
        let qos = mapping["qos"].flatMap(readQoS) ?? .atLeastOnce
        let format = mapping["format"].flatMap(readFormat)
        let fields = mapping["mapping"].flatMap { readMapping($0, filter: filter) }
        if format == .senml, let value = mapping["mapping"] {
            value.report(
                "SenML says itself where its fields are, so a `mapping` does not go with it.",
                "Remove `mapping`, or use `format: json`."
            )
        }
        let maxAhead = mapping["max-ahead"]?.duration() ?? .minutes(1)
        let accepts = mapping["retained"]?.choice([("ignore", false), ("accept", true)]) ?? false
        guard let name, let filter else { return nil }
        return FeedDefinition(
            name: name,
            topic: filter,
            qos: qos,
            format: format,
            mapping: fields,
            maxAhead: maxAhead,
            acceptsRetained: accepts
        )
    }

    private func readTopic(_ value: YAMLValue) -> TopicFilter? {
        guard let text = value.text("a topic filter"), let filter = expression(value, TopicFilter.init) else {
            return nil
        }
        for output in Self.outputs {
            guard let own = try? TopicFilter("\(topicRoot)/\(output)"), filter.overlaps(with: own) else { continue }
            value.report(
                "\(ScalarText.quoted(text)) also matches `\(own)`, where Ganzhi publishes itself: it would read its own "
                    + "messages.",
                "Name the levels that the gateways publish to, such as `\(topicRoot)/readings/+/+`."
            )
            return nil
        }
        return filter
    }

    private func readQoS(_ value: YAMLValue) -> DeliveryQoS? {
        if value.scalarText == "2" {
            value.report(
                "`qos: 2` is not safe across a crash: between its two handshakes a message is only in memory, and the "
                    + "broker takes it for delivered.",
                "Use `qos: 1`: messages published with QoS 2 arrive too, each reading counted once."
            )
            return nil
        }
        return value.wholeNumber(in: 0...1).flatMap { DeliveryQoS(rawValue: UInt8($0)) }
    }

    private func readFormat(_ value: YAMLValue) -> FeedFormat? {
        if let text = value.scalarText, Self.laterFormats.contains(text) {
            value.report(
                "The format `\(text)` belongs to the language, but this version does not read it yet.",
                "Use `json` or `senml+json`."
            )
            return nil
        }
        return value.choice(of: FeedFormat.self)
    }

    private func readMapping(_ value: YAMLValue, filter: TopicFilter?) -> JSONMapping? {
        guard let mapping = value.mapping(.configMapping) else { return nil }
        func source(_ value: YAMLValue?) -> JSONSource? { value.flatMap { readSource($0, filter: filter) } }
        let example = "Say where it comes from: `/name` (record), `root:/name`, `topic:3` or `=text`."
        let device = source(mapping.required("device", example))
        let metric = source(mapping.required("metric", example))
        let number = source(mapping.required("value", example))
        let records = mapping["records"].flatMap { value in
            value.scalar("a JSON pointer", "Write for example `/data`.").flatMap { _ in
                expression(value, JSONPointer.init)
            }
        }
        let unit = source(mapping["unit"])
        let time = source(mapping["time"])
        let textNumbers = mapping["text-numbers"]?.truth() ?? false
        let timeFormat = mapping["time-format"]?.choice(of: JSONMapping.TimeFormat.self) ?? .milliseconds
        let skip = mapping["skip-without-value"]?.truth() ?? false
        guard let device, let metric, let number else { return nil }
        return JSONMapping(
            records: records,
            device: device,
            metric: metric,
            value: number,
            unit: unit,
            time: time,
            textNumbers: textNumbers,
            timeFormat: timeFormat,
            skipWithoutValue: skip
        )
    }

    private func readSource(_ value: YAMLValue, filter: TopicFilter?) -> JSONSource? {
        guard let text = value.scalar("where a field comes from", "Write for example `/name`."),
            let source = expression(value, JSONSource.init)
        else { return nil }
        if case .topic(let level) = source, let filter, !filter.text.hasSuffix("#") {
            let levels = filter.text.split(separator: "/", omittingEmptySubsequences: false).count
            if level > levels {
                value.report(
                    "“\(text)” asks for level \(level), but topics of “\(filter)” have \(levels).",
                    "Write a level from 1 to \(levels)."
                )
                return nil
            }
        }
        return source
    }

    /// What an expression's parser makes of a text; its fault is reported at its place.
    private func expression<Value>(
        _ value: YAMLValue,
        _ parse: (String) throws(ExpressionError) -> Value
    ) -> Value? {
        do throws(ExpressionError) {
            return try parse(value.scalarText ?? "")
        } catch {
            value.report(error.message, error.remedy, offset: error.offset)
            return nil
        }
    }
}
