import GanzhiCatalogue
import GanzhiModel
import GanzhiTestSupport
import Testing

/// The normaliser's rules, one after the other, with dictionaries and strings.
private struct Reference {
    var catalogue: Catalogue
    let limit: Int
    var channels: [Channel] = []
    var units: [String: String] = [:]

    mutating func adopt(_ next: Catalogue) {
        for metric in catalogue.metrics { units[metric.id] = metric.unit ?? units[metric.id] }
        catalogue = next
    }

    func unit(of metric: String) -> String? {
        catalogue.metrics.first { $0.id == metric }?.unit ?? units[metric]
    }

    mutating func normalise(_ sent: Sent, maxAhead: TimeSpan?, received: Timestamp) -> Result<Reading, RefusalReason> {
        if sent.kind != .number && sent.kind != .bool { return .failure(RefusalReason(.notNumeric)) }
        if sent.device.utf8.count > 255 || sent.metric.utf8.count > 255 { return .failure(RefusalReason(.nameTooLong)) }

        func canonical(_ name: String) -> String {
            if catalogue.metrics.contains(where: { $0.id == name }) { return name }
            return catalogue.metrics.first { $0.aliases.contains(name) }?.id ?? name
        }
        let device = catalogue.devices.first { $0.id == sent.device }
        let own = device?.metrics[sent.metric] ?? device?.metrics[canonical(sent.metric)]
        let metric = canonical(own?.metric ?? sent.metric)
        let definition = catalogue.metrics.first { $0.id == metric }
        let stated = own?.unit ?? sent.unit
        let target = unit(of: metric)
        var value = sent.value
        if !stated.isEmpty, let target, target != stated {
            guard let from = Unit(stated), let to = Unit(target), let conversion = from.conversion(to: to) else {
                return .failure(RefusalReason(.unitMismatch))
            }
            value = conversion.apply(value)
        }
        value = value * (own?.scale ?? definition?.scale ?? 1) + (own?.offset ?? definition?.offset ?? 0)
        if !value.isFinite { return .failure(RefusalReason(.nonFinite)) }
        let channel = Channel(device: sent.device, metric: metric)
        if !channels.contains(channel), channels.count >= limit { return .failure(RefusalReason(.tooManySeries)) }
        if let maxAhead, sent.time != .never, sent.time > received + maxAhead {
            return .failure(RefusalReason(.clockAhead))
        }

        if !channels.contains(channel) { channels.append(channel) }
        if target == nil, !stated.isEmpty { units[metric] = stated }
        var flags = sent.flags
        flags.remove(.unknownUnit)
        if !stated.isEmpty, Unit(stated) == nil { flags.insert(.unknownUnit) }
        if sent.time == .never { flags.insert(.arrivalTime) }
        var quality = sent.quality
        let range = own?.range ?? definition?.range
        if let min = range?.min, value < min { quality = .bad }
        if let max = range?.max, value > max { quality = .bad }
        if let range, value < range.min ?? value || value > range.max ?? value { flags.insert(.overRange) }
        return .success(
            Reading(
                channel: UInt32(channels.firstIndex(of: channel) ?? -1),
                time: sent.time == .never ? received : sent.time,
                value: value,
                quality: quality,
                flags: flags
            )
        )
    }
}

private struct RefusalReason: Error, Hashable {
    let reason: Refusal.Reason
    init(_ reason: Refusal.Reason) { self.reason = reason }
}

@Suite struct NormaliserReferenceTests {
    private static let devices =
        ["d1", "d2", "d3", "unknown", "", String(repeating: "long-device-", count: 5)]
        + [String(repeating: "y", count: 256)] + (0..<8).map { "gate/\($0)" }
    /// Names, each with the unit that most of its readings state.
    private static let metrics = [
        ("water_level", "cm"), ("level", "m"), ("temperature", "Cel"), ("flow", "l/s"), ("distance", "mm"),
        ("index", "AQI"), ("open", ""), ("", ""), (String(repeating: "m", count: 60), "µg/m³"),
    ]
    private static let units = [
        "", "", "", "m", "mm", "cm", "Cel", "K", "[degF]", "hPa", "l/s", "m3/h", "AQI", "furlong", "µg/m³",
        "a unit of many bytes", "beat/min", "1/min", "beats/min",
    ]

    private func catalogue(_ random: inout SeededGenerator) -> Catalogue {
        func maybe<Value>(_ value: Value) -> Value? { Int.random(in: 0..<3, using: &random) == 0 ? value : nil }
        func number() -> Double { Double(Int.random(in: -40...40, using: &random)) / 8 }
        func unit() -> String? { maybe(["m", "cm", "K", "Cel", "l/s", "AQI"].randomElement(using: &random) ?? "m") }
        let metrics = ["water_level", "temperature", "flow", "index", "level"].filter { _ in maybe(0) == nil }
        return Catalogue(
            metrics: metrics.map {
                MetricDefinition(
                    id: $0,
                    unit: unit(),
                    range: maybe(ValueRange(min: maybe(number()), max: maybe(number()))),
                    aliases: maybe(["level", "distance"]) ?? [],
                    scale: maybe(number()) ?? 1,
                    offset: maybe(number()) ?? 0
                )
            },
            devices: ["d1", "d2", "d3", "gate/7"].filter { _ in maybe(0) == nil }.map { id in
                var overrides: [String: MetricOverride] = [:]
                for (name, _) in Self.metrics where maybe(0) != nil {
                    overrides[name] = MetricOverride(
                        metric: maybe((Self.metrics.randomElement(using: &random) ?? ("flow", "")).0),
                        unit: unit(),
                        scale: maybe(number()),
                        offset: maybe(number()),
                        range: maybe(ValueRange(max: number()))
                    )
                }
                return DeviceDefinition(id: id, metrics: overrides)
            }
        )
    }

    private func reading(_ random: inout SeededGenerator) -> Sent {
        let (metric, usual) = Self.metrics.randomElement(using: &random) ?? ("", "")
        // Mostly a metric's usual unit, so that what is remembered about a series is used too.
        let isUsual = Int.random(in: 0..<4, using: &random) > 0
        let unit = isUsual ? usual : Self.units.randomElement(using: &random) ?? ""
        var sent = Sent(
            Self.devices.randomElement(using: &random) ?? "",
            metric,
            Double(Int.random(in: -1000...1000, using: &random)) / 100,
            unit,
            at: Int.random(in: 0..<10, using: &random) == 0 ? nil : Int64.random(in: 110...125, using: &random)
        )
        if Int.random(in: 0..<20, using: &random) == 0 { sent.value = 1e308 }
        sent.kind = [.number, .number, .number, .number, .bool, .text, .none].randomElement(using: &random) ?? .number
        sent.flags = ReadingFlags(rawValue: UInt32.random(in: 0..<64, using: &random))
        sent.quality = Quality.allCases.randomElement(using: &random) ?? .good
        return sent
    }

    @Test(arguments: 0..<60)
    func `it does what the rules say, however batches are cut and whatever the seed`(run: Int) throws {
        var random = SeededGenerator(seed: UInt64(run))
        let first = catalogue(&random)
        let limit = run % 3 == 0 ? 20 : 10_000
        var reference = Reference(catalogue: first, limit: limit)
        var normaliser = Normaliser(catalogue: first, seed: random.next(), maximumChannels: limit)
        var (batch, refusals) = (ReadingBatch(), [Refusal]())
        var channels: [Channel] = []
        for _ in 0..<40 {
            if Int.random(in: 0..<8, using: &random) == 0 {
                let next = catalogue(&random)
                normaliser.adopt(next)
                reference.adopt(next)
            }
            let sent = (0..<Int.random(in: 0...60, using: &random)).map { _ in reading(&random) }
            let maxAhead: TimeSpan? = Bool.random(using: &random) ? .seconds(20) : nil
            let received = Timestamp(microseconds: 100_000_000)
            let decoded = DecodedBatch(sent)
            batch.removeAll()
            refusals.removeAll()
            let cut = Int.random(in: 0...sent.count, using: &random)
            for range in [0..<cut, cut..<sent.count] {
                normaliser.normalise(
                    decoded,
                    range,
                    maxAhead: maxAhead,
                    received: received,
                    into: &batch,
                    refusals: &refusals
                )
            }
            var readings = batch.readings[...]
            var refused = refusals[...]
            for (index, one) in sent.enumerated() {
                switch reference.normalise(one, maxAhead: maxAhead, received: received) {
                case .success(let expected): #expect(readings.popFirst() == expected, "\(one)")
                case .failure(let why):
                    #expect(refused.popFirst() == Refusal(index: index, reason: why.reason), "\(one)")
                }
            }
            #expect(readings.isEmpty)
            #expect(refused.isEmpty)
            channels += batch.newChannels
            #expect(channels == reference.channels)
            for (number, channel) in channels.enumerated() {
                #expect(normaliser.channel(UInt32(number)) == channel)
                #expect(normaliser.unit(of: UInt32(number)) == reference.unit(of: channel.metric))
                let isKnown = reference.catalogue.device(channel.device) != nil
                #expect(normaliser.isKnownDevice(UInt32(number)) == isKnown)
            }
        }
    }
}
