public import GanzhiModel

/// Where a mapping takes one field of a reading from.
///
/// As text, in settings and bundles alike: `/v` is a pointer from the record, `root:/bt` one from the payload's root,
/// `topic:3` the topic's third level, `=m` the text `m` itself.
public enum JSONSource: Sendable, Hashable {
    /// What a pointer leads to from the record.
    case record(JSONPointer)
    /// What a pointer leads to from the root of the payload.
    case root(JSONPointer)
    /// A level of the topic, counted from 1.
    case topic(level: Int)
    /// The same text for every reading.
    case constant(String)

    /// Reads a source from its text.
    ///
    /// - Throws: ``ExpressionError`` at the first fault.
    public init(_ text: String) throws(ExpressionError) {
        if text.hasPrefix("=") {
            self = .constant(String(text.unicodeScalars.dropFirst()))
        } else if text.hasPrefix("root:") {
            self = .root(try Self.pointer(text.dropFirst(5), offset: 5))
        } else if text.hasPrefix("topic:") {
            guard let level = Int(text.dropFirst(6)), level >= 1, String(level) == text.dropFirst(6) else {
                throw ExpressionError(
                    offset: 6,
                    message: "“\(text)” names no level of the topic.",
                    remedy: "Write the level as a number from 1, such as `topic:3`."
                )
            }
            self = .topic(level: level)
        } else if text.isEmpty || text.hasPrefix("/") {
            self = .record(try Self.pointer(text[...], offset: 0))
        } else {
            throw ExpressionError(
                offset: 0,
                message: "“\(text)” does not say where the field comes from.",
                remedy: "Write `/name` (from the record), `root:/name` (from the root), `topic:3` or `=text`."
            )
        }
    }

    private static func pointer(_ text: Substring, offset: Int) throws(ExpressionError) -> JSONPointer {
        do {
            return try JSONPointer(String(text))
        } catch {
            throw ExpressionError(offset: error.offset + offset, message: error.message, remedy: error.remedy)
        }
    }
}

extension JSONSource: CustomStringConvertible {
    /// The source as settings write it.
    public var description: String {
        switch self {
        case .record(let pointer): pointer.text
        case .root(let pointer): "root:\(pointer.text)"
        case .topic(let level): "topic:\(level)"
        case .constant(let text): "=\(text)"
        }
    }
}

extension JSONSource: Codable {
    /// Reads a source from its text.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the source's text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
