import Foundation
public import GanzhiModel

/// One line of a capture: one MQTT message with the time it was received.
///
/// `{"received":1781935920.123,"topic":"t","payload":"text"}`, or `"payload_hex"` for bytes that are no text. A
/// message with an MQTT 5 content type also has `"content_type"`. Other members are ignored.
public struct CaptureLine: Sendable, Hashable {
    /// When the message was received.
    public var received: Timestamp
    /// The topic it was published to; never empty.
    public var topic: String
    /// MQTT 5 content type; empty where none was given.
    public var contentType: String
    /// The payload's bytes.
    public var payload: [UInt8]

    /// Creates a line.
    public init(received: Timestamp, topic: String, contentType: String = "", payload: [UInt8]) {
        self.received = received
        self.topic = topic
        self.contentType = contentType
        self.payload = payload
    }

    /// Reads a line.
    ///
    /// Times are read to the microsecond.
    ///
    /// - Parameters:
    ///   - line: The bytes of one line, with or without its end.
    ///   - number: Its number in the file, from 1.
    ///   - file: The file's name, for the error.
    /// - Throws: ``Problem`` with file, line, what was seen and what would do.
    public init(_ line: some Sequence<UInt8>, number: Int, file: String) throws(Problem) {
        func problem(_ message: String, _ remedy: String) -> Problem {
            Problem(file: file, line: number, message: message, remedy: remedy)
        }
        let members: Members
        do {
            members = try JSONDecoder().decode(Members.self, from: Data(line))
        } catch {
            throw problem(
                "This line of the capture cannot be read: \(Self.explain(error)).",
                #"Write {"received":seconds,"topic":"…","payload":"…"}, one message a line."#
            )
        }
        let microseconds = (members.received * 1e6).rounded()
        guard let whole = Int64(exactly: microseconds), Timestamp(microseconds: whole).isPlausible else {
            throw problem(
                "`received` is \(members.received), not a time between the years 1 and 9999.",
                "Give seconds since 1970, not milliseconds."
            )
        }
        guard !members.topic.isEmpty, !members.topic.contains(where: { "+#\0".contains($0) }) else {
            throw problem(
                "The topic “\(members.topic)” cannot be published to: it is empty, or has a wildcard or NUL in it.",
                "Give the topic that the message came on, not the filter of the subscription."
            )
        }
        switch (members.payload, members.payloadHex) {
        case (let text?, nil):
            payload = Array(text.utf8)
        case (nil, let hex?):
            guard let bytes = Self.bytes(ofHex: hex) else {
                throw problem(
                    "`payload_hex` is not hexadecimal: it must have two of 0-9 a-f for each byte.",
                    "Write the bytes in hex, or use `payload` for text."
                )
            }
            payload = bytes
        case (nil, nil):
            throw problem("The message has no payload.", "Give `payload` or `payload_hex`; \"\" for an empty one.")
        case (_?, _?):
            throw problem("The message has both `payload` and `payload_hex`.", "Keep one of them.")
        }
        received = Timestamp(microseconds: whole)
        topic = members.topic
        contentType = members.contentType ?? ""
    }

    /// The line, without the newline; text where the payload is UTF-8, hex where not.
    ///
    /// Reading it back gives an equal value; times after the year 2242 come back within two microseconds.
    public var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("received", Double(received.microseconds) / 1e6)
            json.member("topic", topic)
            if !contentType.isEmpty { json.member("content_type", contentType) }
            if let text = String(validating: payload, as: UTF8.self) {
                json.member("payload", text)
            } else {
                json.member("payload_hex", Self.hex(payload))
            }
        }
        return json.bytes
    }

    private struct Members: Decodable {
        var received: Double
        var topic: String
        var contentType: String?
        var payload: String?
        var payloadHex: String?

        enum CodingKeys: String, CodingKey {
            case received, topic, payload
            case contentType = "content_type"
            case payloadHex = "payload_hex"
        }
    }

    private static func explain(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, _): "`\(key.stringValue)` is missing"
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            context.codingPath.isEmpty
                ? "it is not a JSON object"
                : "`\(context.codingPath[0].stringValue)` is not a \(type == Double.self ? "number" : "string")"
        default: "it is not JSON"
        }
    }

    private static func bytes(ofHex text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
