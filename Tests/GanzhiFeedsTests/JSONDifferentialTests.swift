import Foundation
import GanzhiFeeds
import GanzhiModel
import GanzhiTestSupport
import Testing

/// How many times the usual number of random cases to run: set GANZHI_LONG to run ten times as many.
private let effort = ProcessInfo.processInfo.environment["GANZHI_LONG"] == nil ? 1 : 10

/// Native payloads, good ones and mutations of them, held against Foundation's parser.
///
/// `GANZHI_CASES` sets how many there are: a hundred documents for each case, half of them by each test.
@Suite struct JSONDifferentialTests {
    private static let documents =
        (ProcessInfo.processInfo.environment["GANZHI_CASES"].flatMap { Int($0) } ?? 500) * 52

    @Test func `the native decoder agrees with JSONSerialization on random and damaged documents`() throws {
        var writer = RandomJSON(seed: 20_260_620)
        var random = SeededGenerator(seed: 3)
        var decoder = FeedDecoder(definition: FeedDefinition(name: "t", topic: try TopicFilter("#")))
        var batch = DecodedBatch()
        var counts = Counts()
        for index in 0..<Self.documents {
            var bytes = writer.document()
            if index % 2 == 1 { mutate(&bytes, &random) }
            batch.removeAll()
            let outcome = bytes.withUnsafeBytes {
                decoder.decode(topic: "", contentType: "", payload: $0, received: .latest, into: &batch)
            }
            Self.check(bytes, outcome, batch, &counts)
        }
        // The generator must reach every kind of verdict often.
        #expect(counts.good > Self.documents / 4)
        #expect(counts.refused > Self.documents / 20)
        #expect(counts.malformed > Self.documents / 20)
    }

    @Test func `shapes learned from earlier documents never show in a result`() throws {
        var writer = RandomJSON(seed: 20_261_122)
        var random = SeededGenerator(seed: 5)
        let fresh = FeedDecoder(definition: FeedDefinition(name: "t", topic: try TopicFilter("#")))
        var decoder = fresh
        var batch = DecodedBatch()
        var expected = DecodedBatch()
        var counts = Counts()
        var shape = RandomJSON.Shape()
        for index in 0..<Self.documents {
            // A new shape now and then, and sometimes one more that takes turns with it.
            if index % 24 == 0 { shape = writer.shape() }
            if index % 96 == 50 { decoder = fresh }
            var bytes = writer.document(of: shape)
            if index % 3 == 2 { mutate(&bytes, &random) }
            let received: Timestamp? = index / 1000 % 2 == 0 ? .latest : nil
            batch.removeAll()
            expected.removeAll()
            let outcome = bytes.withUnsafeBytes {
                decoder.decode(topic: "", contentType: "", payload: $0, received: received, into: &batch)
            }
            var other = fresh
            let general = bytes.withUnsafeBytes {
                other.decode(topic: "", contentType: "", payload: $0, received: received, into: &expected)
            }
            if outcome != general || batch.plain != expected.plain {
                Issue.record("\(index): \(String(decoding: bytes, as: UTF8.self)): \(outcome) and not \(general)")
            }
            if received != nil { Self.check(bytes, outcome, batch, &counts) }
        }
        #expect(counts.good > Self.documents / 4)
        #expect(counts.refused > Self.documents / 100)
        #expect(counts.malformed > Self.documents / 20)
    }

    private struct Counts {
        var good = 0
        var refused = 0
        var malformed = 0
    }

    /// Holds what was decoded against Foundation.
    private static func check(
        _ bytes: [UInt8],
        _ outcome: DecodeOutcome,
        _ batch: DecodedBatch,
        _ counts: inout Counts
    ) {
        let reason = outcome.rejection?.reason
        // Foundation refuses numbers beyond every double as if they were no JSON.
        if hasLongExponent(bytes) { return }
        // It also takes a comma before a closing bracket.
        if reason == "malformed", hasTrailingComma(bytes) { return }
        func text() -> String { String(decoding: bytes, as: UTF8.self) }
        guard let root = reference(bytes) else {
            counts.malformed += 1
            if !["malformed", "bad-utf8", "empty-payload"].contains(reason) {
                Issue.record("\(reason ?? "taken"), but no JSON: \(text())")
            }
            return
        }
        switch readings(root) {
        case .failure(let refusal):
            counts.refused += 1
            if reason != refusal.reason || outcome.rejection?.index != refusal.index {
                Issue.record("\(reason ?? "taken") and not \(refusal.reason): \(text())")
            }
        case .success(let readings):
            counts.good += 1
            if reason != nil || batch.plain != readings {
                Issue.record("\(reason ?? "other values"): \(text())")
            }
        }
    }

    /// Whether an exponent of three digits or more stands somewhere.
    private static func hasLongExponent(_ bytes: [UInt8]) -> Bool {
        bytes.indices.contains { index in
            guard bytes[index] | 0x20 == 0x65 else { return false }
            var rest = bytes[(index + 1)...]
            if rest.first == 0x2B || rest.first == 0x2D { rest.removeFirst() }
            return rest.drop { $0 == 0x30 }.prefix { (0x30...0x39).contains($0) }.count >= 3
        }
    }

    /// Whether a comma stands before a closing bracket.
    private static func hasTrailingComma(_ bytes: [UInt8]) -> Bool {
        bytes.indices.contains { index in
            guard bytes[index] == 0x2C else { return false }
            let next = bytes[(index + 1)...].first { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }
            return next == 0x7D || next == 0x5D
        }
    }

    /// Foundation's verdict, but for what it knows to be laxer than RFC 8259 or limited otherwise.
    private static func reference(_ bytes: [UInt8]) -> Any? {
        // It takes a byte order mark and guesses UTF-16 from NULs; neither is JSON in UTF-8.
        guard !bytes.contains(0), !bytes.starts(with: [0xEF, 0xBB, 0xBF]),
            String(validating: bytes, as: UTF8.self) != nil
        else { return nil }
        return try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    }

    private struct Refusal: Error {
        var reason: String
        var index: Int?
    }

    /// The rules of native readings, on Foundation's objects.
    private static func readings(_ root: Any) -> Result<[PlainReading], Refusal> {
        do throws(Refusal) {
            if let object = root as? [String: Any] { return .success([try reading(object, nil)]) }
            guard let array = root as? [Any] else { throw Refusal(reason: "not-object") }
            guard !array.isEmpty else { throw Refusal(reason: "empty-pack") }
            var readings: [PlainReading] = []
            for (index, element) in array.enumerated() {
                guard let object = element as? [String: Any] else {
                    throw Refusal(reason: "record-not-object", index: index)
                }
                readings.append(try reading(object, index))
            }
            return .success(readings)
        } catch {
            return .failure(error)
        }
    }

    private static func reading(_ object: [String: Any], _ index: Int?) throws(Refusal) -> PlainReading {
        func refuse(_ reason: String) -> Refusal { Refusal(reason: reason, index: index) }
        func name(_ member: String, missing: String?) throws(Refusal) -> String {
            guard let found = object[member] else {
                if let missing { throw refuse(missing) }
                return ""
            }
            guard let text = found as? String else { throw refuse("wrong-type") }
            guard text.utf8.count <= 256 else { throw refuse("name-too-long") }
            if text.isEmpty, let missing { throw refuse(missing) }
            return text
        }
        var reading = PlainReading(
            device: try name("device", missing: "no-device"),
            metric: try name("metric", missing: "no-metric"),
            value: .none
        )
        reading.unit = try name("unit", missing: nil)
        switch object["ts"] {
        case nil: reading.flags = ["arrival-time"]
        case let number as NSNumber where !isBool(number):
            let whole = Int64(exactly: number).map { $0.multipliedReportingOverflow(by: 1000) }
            let time = Timestamp(
                microseconds: whole.map { $0.overflow ? .max : $0.partialValue }
                    ?? Int64(clamping: exactly(number) * 1000)
            )
            guard time.isPlausible else { throw refuse("bad-time") }
            reading.time = time.microseconds
        case let text as String:
            guard let time = Timestamp(rfc3339: text) else { throw refuse("bad-time") }
            reading.time = time.microseconds
        default: throw refuse("wrong-type")
        }
        switch object["value"] {
        case nil, is NSNull: throw refuse("no-value")
        case let number as NSNumber:
            reading.value = isBool(number) ? .bool(number.boolValue) : .number(exactly(number))
        case let text as String: reading.value = .text(text)
        default: throw refuse("wrong-type")
        }
        return reading
    }

    /// Foundation keeps long numbers as decimals, whose own conversion is off by an ulp at times.
    private static func exactly(_ number: NSNumber) -> Double {
        (number as? NSDecimalNumber).map { strtod($0.description, nil) } ?? number.doubleValue
    }

    private static func isBool(_ number: NSNumber) -> Bool {
        number === NSNumber(value: true) || number === NSNumber(value: false) || String(cString: number.objCType) == "c"
    }
}

extension Int64 {
    fileprivate init(clamping value: Double) {
        self = value.magnitude < 9e18 ? Int64(value.rounded()) : value < 0 ? .min : .max
    }
}

/// Damages a document: bytes changed, dropped, doubled, swapped in from JSON's own characters, or cut off.
private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    let alphabet =
        Array("{}[]\",:\\/0123456789+-.eEtrufalsn \n\u{1}".utf8) + [0x00, 0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]
    for _ in 0...Int.random(in: 0..<2, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] = alphabet.randomElement(using: &random) ?? 0
        case 1: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
        case 2: bytes.remove(at: place)
        case 3: bytes.removeLast(bytes.count - place)
        case 4: bytes.insert(contentsOf: bytes[place...].prefix(5), at: place)
        default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
    }
}

/// Writes random native payloads, most of them good.
private struct RandomJSON {
    private var random: SeededGenerator
    private var bytes: [UInt8] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func document() -> [UInt8] {
        bytes = []
        space()
        switch pick(20) {
        case 0: value(depth: 0)
        case 1...9:
            bytes += "[".utf8
            let count = pick(4)
            for index in 0..<count {
                if index > 0 { bytes += ",".utf8 }
                space()
                if pick(60) == 0 { value(depth: 1) } else { reading() }
                space()
            }
            bytes += "]".utf8
        default: reading()
        }
        space()
        return bytes
    }

    /// What documents have alike: their members, their order, and the spaces between.
    struct Shape {
        fileprivate var members: [String] = []
        fileprivate var spaces = ["", "", ""]
        fileprivate var count = 1
        /// Whether the order of members changes from document to document.
        fileprivate var isShuffled = false
    }

    mutating func shape() -> Shape {
        var shape = Shape()
        shape.members = ["ts", "device", "metric", "value", "unit"]
        let extras = ["seq", "x", "", "距離", "a name of many characters", "received", "value2", "device"]
        for _ in 0..<pick(4) { shape.members.append(extras[pick(pick(20) == 0 ? 8 : 7)]) }
        if pick(8) == 0 { shape.members.remove(at: pick(shape.members.count)) }
        shape.members.shuffle(using: &random)
        let style = [["", "", ""], ["", "", ""], [" ", " ", " "], ["", " ", " "], ["\n    ", "", " "]][pick(5)]
        shape.spaces = style
        shape.count = pick(3) == 0 ? 3 : 1
        shape.isShuffled = pick(3) == 0
        return shape
    }

    /// A document of a shape, with values and widths of its own.
    mutating func document(of shape: Shape) -> [UInt8] {
        bytes = []
        if shape.count > 1 { bytes += "[".utf8 }
        for index in 0..<shape.count {
            if index > 0 { bytes += ",".utf8 }
            bytes += ("{" + shape.spaces[0]).utf8
            for (place, member) in (shape.isShuffled ? shape.members.shuffled(using: &random) : shape.members)
                .enumerated()
            {
                if place > 0 { bytes += ("," + shape.spaces[1]).utf8 }
                bytes += "\"\(member)\":\(shape.spaces[2])".utf8
                shapedValue(of: member)
            }
            bytes += (shape.spaces[0] + "}").utf8
        }
        if shape.count > 1 { bytes += "]".utf8 }
        return bytes
    }

    private mutating func shapedValue(of member: String) {
        func plain(_ text: String) { bytes += "\"\(text)\"".utf8 }
        switch member {
        case _ where pick(80) == 0: value(depth: 2)
        case "ts", "received": pick(10) == 0 ? plain("2026-06-20T06:12:10.\(pick(1000))Z") : number(whole: true)
        case "device": plain(["d", "sensor-", "水位", "station/"][pick(4)] + String(pick(100_000)))
        case "metric": plain(["level", "water_level", "a metric with a very long name", "é"][pick(4)])
        case "unit": plain(["m", "mm", "ug/m3", ""][pick(4)])
        case "value": pick(12) == 0 ? value(depth: 2) : number(whole: false)
        case "x":
            bytes += #"{"rssi": "#.utf8
            number(whole: false)
            bytes += #", "path": ["a", \#(pick(1000))], "ok": true}"#.utf8
        default: pick(2) == 0 ? plain(String(pick(1_000_000_000))) : number(whole: false)
        }
    }

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    private mutating func space() {
        for _ in 0..<max(0, pick(6) - 4) { bytes.append(Array(" \n\t\r".utf8)[pick(4)]) }
    }

    private mutating func reading() {
        var members = ["ts", "device", "metric", "value", "unit"].filter { _ in pick(60) > 0 }
        for _ in 0..<max(0, pick(5) - 3) {
            members.append(["x", "", "valu", "values", "dev\u{301}ice", "距離"][pick(6)])
        }
        members.shuffle(using: &random)
        bytes += "{".utf8
        for (index, member) in members.enumerated() {
            if index > 0 { bytes += ",".utf8 }
            space()
            string(member)
            space()
            bytes += ":".utf8
            space()
            switch member {
            case _ where pick(60) == 0: value(depth: 2)
            case "ts": pick(3) == 0 ? string("2026-06-20T06:12:10.\(pick(1000))Z") : number(whole: true)
            case "device", "metric", "unit":
                string(["d1", "sensor-0042", "水位", "é", "🌊", "a/b\"c\\", "m", ""][pick(240) == 0 ? 7 : pick(7)])
            case "value": pick(8) == 0 ? value(depth: 2) : number(whole: false)
            default: value(depth: 2)
            }
            space()
        }
        bytes += "}".utf8
    }

    private mutating func number(whole: Bool) {
        if whole {
            bytes += "\(1_600_000_000_000 + pick(1_000_000_000))".utf8
            if pick(4) == 0 { bytes += ".\(pick(1000))".utf8 }
            return
        }
        switch pick(6) {
        case 0: bytes += "\(pick(1000) - 500)".utf8
        case 1: bytes += "\(Double(random.next() >> 11) * 0x1p-53)".utf8
        case 2: bytes += "\(pick(1000)).\(pick(10))e\(pick(80) - 40)".utf8
        case 3: bytes += "-0.\(pick(1_000_000))E+\(pick(30))".utf8
        default: bytes += "\(pick(200) - 100).\(pick(100))".utf8
        }
    }

    private mutating func string(_ text: String) {
        bytes += "\"".utf8
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": bytes += "\\\(scalar)".utf8
            case _ where pick(25) == 0:
                for unit in String(scalar).utf16 {
                    bytes += ("\\u" + String(0x1_0000 + Int(unit), radix: 16).dropFirst()).utf8
                }
            case "/" where pick(2) == 0: bytes += "\\/".utf8
            default: bytes += String(scalar).utf8
            }
        }
        if pick(30) == 0 { bytes += ["\\n", "\\t", "\\b", "\\f", "\\r"][pick(5)].utf8 }
        bytes += "\"".utf8
    }

    private mutating func value(depth: Int) {
        switch pick(depth > 6 ? 5 : 8) {
        case 0: bytes += ["true", "false"][pick(2)].utf8
        case 1: bytes += "null".utf8
        case 2, 3: number(whole: false)
        case 4: string(["text", "", "水", "longer text with blanks in it, and more"][pick(4)])
        case 5, 6:
            bytes += "[".utf8
            for index in 0..<pick(4) {
                if index > 0 { bytes += ",".utf8 }
                value(depth: depth + 1)
            }
            bytes += "]".utf8
        default:
            bytes += "{".utf8
            for index in 0..<pick(4) {
                if index > 0 { bytes += ",".utf8 }
                string("k\(index)")
                bytes += ":".utf8
                value(depth: depth + 1)
            }
            bytes += "}".utf8
        }
    }
}

@Suite struct JSONNumberTests {
    private static func value(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { bytes in
            JSONScanner.scan(bytes) { scanner in
                guard let number = try? scanner.number(), (try? scanner.finish()) != nil else { return nil }
                return number.value
            }
        }
    }

    @Test func `random decimals read as strtod reads them, to the bit`() {
        var random = SeededGenerator(seed: 11)
        var wrong: [String] = []
        for index in 0..<(100_000 * effort) {
            let text: String
            switch index % 9 {
            case 5: text = random.next().description.prefix(17) + "e\(Int.random(in: -25...5, using: &random))"
            case 6: text = "\(random.next())e\(Int.random(in: -345...292, using: &random))"
            case 7:
                // Right in the middle of two doubles: one bit more than they have.
                let odd = (random.next() | 1 << 63) >> 10 | 1
                text = "\(odd << UInt64.random(in: 0..<10, using: &random))"
            case 8:
                // The same with a fraction.
                let odd = (random.next() | 1 << 63) >> 10 | 1
                text = ["\(odd * 5)e-1", "\(odd * 25)e-2", "\(odd * 125)e-3"][index / 9 % 3]
            case 0:
                text = "\(Int.random(in: -9999...9999, using: &random)).\(UInt16(truncatingIfNeeded: random.next()))"
            case 1: text = Double(bitPattern: random.next()).description
            case 2: text = "\(random.next()).\(random.next())e\(Int.random(in: -340...320, using: &random))"
            case 3:
                text =
                    "0.\(String(repeating: "0", count: Int.random(in: 0..<30, using: &random)))\(random.next() >> 20)"
            default:
                text =
                    "\(random.next() >> UInt64.random(in: 0..<64, using: &random))E\(Int.random(in: -30...30, using: &random))"
            }
            guard text != "nan", text != "-nan", !text.hasSuffix("inf") else { continue }
            if Self.value(text)?.bitPattern != strtod(text, nil).bitPattern { wrong.append(text) }
        }
        #expect(wrong == [])
    }

    @Test(arguments: [
        "0", "-0", "0.0", "-0.0e5", "9007199254740992", "9007199254740993", "9007199254740991e22",
        "9007199254740993e22",
        "1e22", "1e23", "1e-22", "1e-23", "4.9e-324", "2.4e-324", "1.7976931348623157e308", "1.7976931348623159e308",
        "18446744073709551615", "18446744073709551616", "99999999999999999999", "0e999999999999", "1e-99999999999",
        "123456789012345678", "12345678901234567890.0123456789", "2.2250738585072011e-308",
        "0.\(String(repeating: "0", count: 400))1e400", "\(String(repeating: "9", count: 5000))e-4990",
    ])
    func `numbers at the edges read as strtod reads them`(text: String) {
        #expect(Self.value(text)?.bitPattern == strtod(text, nil).bitPattern)
    }

    @Test(arguments: ["", "-", "+1", "01", "-01", ".5", "5.", "1.e5", "1e", "1e+", "0x1", "1_0", "--1", "1 2", "١"])
    func `what is no number of JSON is refused`(text: String) {
        #expect(Self.value(text) == nil)
    }
}

@Suite struct JSONScannerTests {
    private static func isAccepted(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            JSONScanner.scan(bytes) { scanner in
                scanner.skipSpace()
                guard (try? scanner.skipValue(depth: 0)) != nil else { return false }
                return (try? scanner.finish()) != nil
            }
        }
    }

    @Test func `every string of two and three bytes is accepted exactly when it is UTF-8 without controls`() {
        var wrong: [[UInt8]] = []
        func check(_ content: [UInt8]) {
            let isText = String(validating: content, as: UTF8.self) != nil
            let isPlain = content.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
            guard isPlain || !isText || content.contains(where: { $0 < 0x20 }) else { return }
            // Once in the tail of the text and once where eight bytes are looked at together.
            for padding in [[], Array("        ".utf8)]
            where Self.isAccepted([0x22] + content + [0x22] + padding) != (isText && isPlain) {
                wrong.append(content)
            }
        }
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                check([first, second])
                if first >= 0xE0, first < 0xF0, second >= 0x7F {
                    for third in [0x7F, 0x80, 0xBF, 0xC0] as [UInt8] { check([first, second, third]) }
                }
                if first >= 0xF0, second >= 0x7F {
                    for third in [0x7F, 0x80, 0xBF, 0xC0] as [UInt8] {
                        for fourth in [0x7F, 0x80, 0xBF, 0xC0] as [UInt8] { check([first, second, third, fourth]) }
                    }
                }
            }
        }
        #expect(wrong == [])
    }

    @Test func `a marked byte is found at every place of a long string`() {
        for count in 0..<40 {
            for place in 0..<count {
                var content = [UInt8](repeating: 0x61, count: count)
                for byte in [0x22, 0x1F, 0x80, 0x5C] as [UInt8] {
                    content[place] = byte
                    #expect(!Self.isAccepted([0x22] + content + [0x61, 0x22, 0x20, 0x22]))
                }
            }
        }
    }

    @Test(arguments: [
        "tru", "True", "truee", "nul", "nulll", "falsey", "f", "{\"a\"1}", "{a:1}", "{\"a\":}", "{\"a\":1 \"b\":2}",
        "[1 2]",
        "[1,]", "[,1]", "{,}", "]", "}", "[}", "\"\\x\"", "\"\\u12g4\"", "\"\\u12", "\"a", "\u{FEFF}1", "\u{A0}1",
        "\u{C}1",
        "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\ud83d\\ud83d\"", "1 1", "// x\n1", "'a'",
    ])
    func `what breaks the grammar is refused`(text: String) {
        #expect(!Self.isAccepted(Array(text.utf8)))
    }

    @Test func `packed names are those of the labels`() {
        for (name, packed) in [
            ("ts", 0x7374), ("device", 0x6563_6976_6564), ("metric", 0x6369_7274_656D), ("value", 0x65_756C_6176),
            ("unit", 0x7469_6E75), ("received", 0x6465_7669_6563_6572), ("bver", 0x7265_7662), ("", 0),
            ("too long a", 0),
            ("ts\0", 0),
        ] as [(String, UInt64)] {
            #expect(JSONScanner.pack(name.utf8) == packed)
        }
    }
}
