import GanzhiFeeds
import GanzhiModel

/// `ganzhi bench decode`: from the bytes of a payload to readings, and to their series.
public enum DecodeBench {
    private static let readings = 100_000

    /// Measures the decoders in turn and prints nanoseconds per reading.
    public static func run(rounds: Int, json: Bool) throws {
        let items = items()
        let cases: [(name: String, payloads: Payloads)] = [
            ("native, flat", Payloads(.json, items.map { flat($0) })),
            ("native, flat, other widths and members", Payloads(.json, items.map { other($0) })),
            ("native, array of 50", Payloads(.json, packs(of: items) { array($0) })),
            ("native, any order", Payloads(.json, items.map { shuffled(members(of: $0), $0, space: "") })),
            ("native, any order, nested extra, spaces", Payloads(.json, items.map { shuffled($0) })),
            ("native, 16 to 17 digits", Payloads(.json, items.map { precise($0) })),
            ("senml, packs of 50", Payloads(.senml, packs(of: items) { senml($0) })),
        ]
        for (_, payloads) in cases { _ = try payloads.decode() }
        let resident = BenchMachine.residentBytes()
        let medians = try BenchMachine.medians(rounds: rounds, cases.map { $0.payloads.decode })
        let growth = Double(BenchMachine.residentBytes() - resident)
        var table = BenchTable(
            "decode",
            [
                .init(title: "ns/reading", member: "ns_per_reading", digits: 0),
                .init(title: "readings/s", member: "readings_per_second", digits: 0),
                .init(title: "GB/s", member: "gigabytes_per_second", digits: 2),
                .init(title: "bytes/reading", member: "bytes_per_reading", digits: 0),
            ]
        )
        for ((name, payloads), time) in zip(cases, medians) {
            let size = Double(payloads.bytes.count) / Double(readings)
            table.add(name, time, 1e9 / time, size / time, size)
        }
        for series in [100_000, 1_000_000] {
            var lookup = LookupBench(series: series)
            let time = try BenchMachine.medians(rounds: rounds, [{ lookup.run() }])[0]
            table.add("lookup and normalising, \(series) series", time, 1e9 / time, nil, nil)
        }
        try table.print(json: json)
        if !json {
            try StandardStreams.print(
                "memory grew by \(Int(growth)) bytes in \(rounds * cases.count * readings) readings"
            )
        }
    }

    private static func items() -> [BenchWorkload.Item] {
        var items: [BenchWorkload.Item] = []
        BenchWorkload(series: 10_000, readings: readings).forEach { _, item in items.append(item) }
        return items
    }

    private static func packs(
        of items: [BenchWorkload.Item],
        _ body: (ArraySlice<BenchWorkload.Item>) -> String
    ) -> [String] {
        stride(from: 0, to: items.count, by: 50).map { body(items[$0..<min(items.count, $0 + 50)]) }
    }

    // MARK: Payloads

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }

    private static func value(_ item: BenchWorkload.Item) -> String {
        "\(item.value / 10_000).\(digits(item.value % 10_000, 4))"
    }

    private static func device(_ item: BenchWorkload.Item) -> String { "d" + digits(item.series, 6) }

    private static func flat(_ item: BenchWorkload.Item) -> String {
        #"{"ts":\#(item.time),"device":"\#(device(item))","metric":"water_level","value":\#(value(item)),"unit":"m"}"#
    }

    private static func array(_ items: ArraySlice<BenchWorkload.Item>) -> String {
        "[" + items.map(flat).joined(separator: ",") + "]"
    }

    private static func precise(_ item: BenchWorkload.Item) -> String {
        let value = Double(item.value) / 10_000 / 3
        return
            #"{"ts":\#(item.time),"device":"\#(device(item))","metric":"water_level","value":\#(value),"unit":"m"}"#
    }

    /// Names, values and members that are not those of the flat line, of widths that change.
    private static func other(_ item: BenchWorkload.Item) -> String {
        let metric = ["temp", "pm2_5_concentration", "water_level"][item.value % 3]
        let value = ["-\(item.value % 40).\(item.value % 10)", "\(item.value)", value(item) + "37"][item.series % 3]
        return #"{"metric":"\#(metric)","unit":"ug/m3","value":\#(value),"#
            + #""device":"station/\#(item.series)","ts":\#(item.time),"seq":\#(item.value * 7),"fw":"1.2"}"#
    }

    private static func members(of item: BenchWorkload.Item, space: String = "") -> [String] {
        [
            #""ts":\#(space)\#(item.time)"#, #""device":\#(space)"\#(device(item))""#,
            #""metric":\#(space)"water_level""#, #""value":\#(space)\#(value(item))"#, #""unit":\#(space)"m""#,
        ]
    }

    /// With an object that means nothing to us and spaces.
    private static func shuffled(_ item: BenchWorkload.Item) -> String {
        let extra = #""extra": {"rssi": -71, "path": ["a", 1]}"#
        return shuffled(members(of: item, space: " ") + [extra], item, space: " ")
    }

    /// Members in an order that changes from line to line.
    private static func shuffled(_ members: [String], _ item: BenchWorkload.Item, space: String) -> String {
        var members = members
        for last in stride(from: members.count - 1, to: 0, by: -1) {
            let random = BenchWorkload.random(seed: 7, stream: UInt64(last), index: Int(item.time) &+ item.series)
            members.swapAt(last, Int(random % UInt64(last + 1)))
        }
        return "{" + space + members.joined(separator: "," + space) + space + "}"
    }

    private static func senml(_ items: ArraySlice<BenchWorkload.Item>) -> String {
        let base = items.first.map { $0.time / 1000 } ?? 0
        let records = items.enumerated().map { index, item in
            let head = index == 0 ? #""bt":\#(base),"bu":"m","# : ""
            let time = item.time - base * 1000
            let seconds = "\(time < 0 ? "-" : "")\(abs(time) / 1000).\(digits(Int(abs(time) % 1000), 3))"
            return #"{\#(head)"n":"\#(device(item))/water_level","t":\#(seconds),"v":\#(value(item))}"#
        }
        return "[" + records.joined(separator: ",") + "]"
    }

    /// Payloads one behind the other, and the decoder for them.
    private final class Payloads {
        let bytes: [UInt8]
        private var ends: [Int] = []
        private var decoder: FeedDecoder
        private var batch = DecodedBatch()

        init(_ format: FeedFormat, _ texts: [String]) {
            var bytes: [UInt8] = []
            for text in texts {
                bytes += text.utf8
                ends.append(bytes.count)
            }
            self.bytes = bytes
            do {
                decoder = FeedDecoder(
                    definition: FeedDefinition(name: "bench", topic: try TopicFilter("#"), format: format)
                )
            } catch {
                preconditionFailure("“#” is a topic filter: \(error)")
            }
        }

        /// Decodes all payloads and returns nanoseconds per reading.
        func decode() throws -> Double {
            let received = Timestamp(milliseconds: 1_700_000_000_000)
            var count = 0
            let time = try BenchMachine.coreNanoseconds {
                try bytes.withUnsafeBytes { bytes in
                    var start = 0
                    for end in ends {
                        batch.removeAll()
                        let outcome = decoder.decode(
                            topic: "",
                            contentType: "",
                            payload: UnsafeRawBufferPointer(rebasing: bytes[start..<end]),
                            received: received,
                            into: &batch
                        )
                        if let rejection = outcome.rejection { throw AppError(.internal, rejection.detail) }
                        count += batch.readings.count
                        start = end
                    }
                }
            }
            guard count == DecodeBench.readings else {
                throw AppError(.internal, "\(count) readings were decoded of \(DecodeBench.readings).")
            }
            return time / Double(count)
        }
    }
}
