public import GanzhiModel

/// An MQTT topic filter: which topics a feed subscribes to.
///
/// Levels are separated by `/`; `+` stands for any one level, `#` at the end for the level before it and everything
/// below. Topics that begin with `$` belong to the broker and are matched by no leading wildcard.
///
/// - Source: MQTT 5.0, section 4.7.
public struct TopicFilter: Sendable, Hashable {
    /// The filter as written.
    public let text: String

    /// Checks a filter.
    ///
    /// - Throws: ``ExpressionError`` at the first fault.
    public init(_ text: String) throws(ExpressionError) {
        guard !text.isEmpty else {
            throw ExpressionError(
                offset: 0,
                message: "The topic filter is empty, which MQTT does not allow.",
                remedy: "Write a topic, such as `city/+/readings`."
            )
        }
        guard text.utf8.count <= 65_535 else {
            throw ExpressionError(
                offset: 0,
                message: "The topic filter has \(text.utf8.count) bytes; MQTT allows 65535.",
                remedy: "Use wildcards."
            )
        }
        if let nul = Array(text.unicodeScalars).firstIndex(of: "\0") {
            throw ExpressionError(
                offset: nul,
                message: "The topic filter holds a NUL character, which MQTT does not allow.",
                remedy: "Remove it."
            )
        }
        if text.hasPrefix("$share/") {
            throw ExpressionError(
                offset: 0,
                message: "“\(text)” is a shared subscription, and a feed must see all of its messages.",
                remedy: "Remove `$share/` and the group's name."
            )
        }
        try Self.checkWildcards(text)
        self.text = text
    }

    // By scalar: a combining mark would hide a wildcard or separator inside one `Character`, but not from the broker.
    private static func checkWildcards(_ text: String) throws(ExpressionError) {
        let scalars = text.unicodeScalars
        for (offset, place) in scalars.indices.enumerated() where scalars[place] == "+" || scalars[place] == "#" {
            let next = scalars.index(after: place)
            let opensLevel = place == scalars.startIndex || scalars[scalars.index(before: place)] == "/"
            guard opensLevel, next == scalars.endIndex || scalars[next] == "/" else {
                throw ExpressionError(
                    offset: offset,
                    message: "`\(scalars[place])` stands beside other text in a level of “\(text)”.",
                    remedy: "A wildcard fills a level by itself: `a/+/b`, `a/#`."
                )
            }
            guard scalars[place] == "+" || next == scalars.endIndex else {
                throw ExpressionError(
                    offset: offset,
                    message: "`#` is not the last level of “\(text)”.",
                    remedy: "End the filter with `#`, or use `+` for one level."
                )
            }
        }
    }

    /// Whether the broker delivers messages of a topic for this filter.
    ///
    /// - Complexity: O(length), without allocation.
    public func matches(_ topic: String) -> Bool {
        var filter = text
        var topic = topic
        return filter.withUTF8 { filter in topic.withUTF8 { topic in Self.matches(filter, topic) } }
    }

    /// Whether the broker delivers messages of a topic, given as UTF-8, for this filter.
    ///
    /// - Complexity: O(length), without allocation.
    public func matches(_ topic: UnsafeRawBufferPointer) -> Bool {
        var filter = text
        return filter.withUTF8 { filter in topic.withMemoryRebound(to: UInt8.self) { Self.matches(filter, $0) } }
    }

    private static func matches(_ filter: UnsafeBufferPointer<UInt8>, _ topic: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = topic.first, !(first == 0x24 && isWildcard(filter[0])) else { return false }
        var place = 0
        var index = 0
        while index < filter.count {
            switch filter[index] {
            case 0x23: return true
            case 0x2B:
                while place < topic.count, topic[place] != 0x2F { place += 1 }
                index += 1
            case let byte:
                guard place < topic.count, topic[place] == byte else {
                    // `a/#` also stands for `a`.
                    return place == topic.count && byte == 0x2F && index + 2 == filter.count
                        && filter[index + 1] == 0x23
                }
                place += 1
                index += 1
            }
        }
        return place == topic.count
    }

    private static func isWildcard(_ byte: UInt8) -> Bool { byte == 0x2B || byte == 0x23 }

    /// Whether some topic matches both filters.
    ///
    /// - Complexity: O(levels).
    public func overlaps(with other: TopicFilter) -> Bool {
        let left = text.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
        let right = other.text.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
        for index in 0..<max(left.count, right.count) {
            let one = index < left.count ? left[index] : nil
            let two = index < right.count ? right[index] : nil
            for (level, against) in [(one, two), (two, one)] where index == 0 {
                if level?.first == 0x24, let wildcard = against?.first, Self.isWildcard(wildcard) { return false }
            }
            if one?.first == 0x23 || two?.first == 0x23 {
                // `/#` stands for its parent level too, but that is the empty topic, which there is not.
                let isParent = one == nil || two == nil
                return !(isParent && index == 1 && (left[0].isEmpty || right[0].isEmpty))
            }
            guard let one, let two else { return false }
            guard one.first == 0x2B || two.first == 0x2B || one.elementsEqual(two) else { return false }
        }
        return true
    }
}

extension TopicFilter: CustomStringConvertible {
    /// The filter as written.
    public var description: String { text }
}

extension TopicFilter: Codable {
    /// Reads and checks a filter.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the filter's text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
