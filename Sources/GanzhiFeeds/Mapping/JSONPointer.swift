public import GanzhiModel

/// A way from one JSON value to another inside it: RFC 6901, with one more kind of step.
///
/// `/e/0/sv` goes to member `e`, its first element, member `sv`; `~1` stands for `/` and `~0` for `~` in a name; the
/// empty pointer stays where it is. A step `[n=source]` goes, in an array, to the first object whose member `n` is the
/// string `source`: `/e/[n=source]/sv`.
public struct JSONPointer: Sendable, Hashable {
    /// One step of a pointer.
    enum Step: Sendable, Hashable {
        /// Into an object's member or, where the name is a whole number, an array's element.
        case member(String)
        /// To the first element that has this member with this string.
        case element(member: String, value: String)
    }

    /// The pointer as written.
    public let text: String
    let steps: [Step]

    /// Reads a pointer.
    ///
    /// - Throws: ``ExpressionError`` at the first fault.
    public init(_ text: String) throws(ExpressionError) {
        let scalars = Array(text.unicodeScalars)
        guard scalars.first == nil || scalars.first == "/" else {
            throw ExpressionError(
                offset: 0,
                message: "“\(text)” is not a JSON pointer, which begins with `/`.",
                remedy: "Write `/` before each name on the way, such as `/data/value`."
            )
        }
        var steps: [Step] = []
        var offset = 1
        for token in scalars.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        where !scalars.isEmpty {
            steps.append(try Self.step(token, at: offset))
            offset += token.count + 1
        }
        self.text = text
        self.steps = steps
    }

    private static func step(_ token: ArraySlice<Unicode.Scalar>, at offset: Int) throws(ExpressionError) -> Step {
        if token.first == "[", token.last == "]", let equals = token.firstIndex(of: "=") {
            let member = token[(token.startIndex + 1)..<equals]
            let value = token[(equals + 1)..<(token.endIndex - 1)]
            return .element(member: try unescape(member, at: offset), value: try unescape(value, at: offset))
        }
        return .member(try unescape(token, at: offset))
    }

    private static func unescape(
        _ token: ArraySlice<Unicode.Scalar>,
        at offset: Int
    ) throws(ExpressionError) -> String {
        var name = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in token {
            switch (isEscaped, scalar) {
            case (true, "0"): name.append("~")
            case (true, "1"): name.append("/")
            case (true, _): throw Self.badEscape(at: offset)
            case (false, "~"): break
            case (false, _): name.append(scalar)
            }
            isEscaped = !isEscaped && scalar == "~"
        }
        guard !isEscaped else { throw Self.badEscape(at: offset) }
        return String(name)
    }

    private static func badEscape(at offset: Int) -> ExpressionError {
        ExpressionError(
            offset: offset,
            message: "A `~` in a JSON pointer must be followed by `0` or `1`.",
            remedy: "Write `~0` for `~` and `~1` for `/` in a name."
        )
    }

    /// Walks from a value along the pointer; `nil` where it leads nowhere.
    func value(in root: JSONTree) -> JSONTree? {
        var value = root
        for step in steps {
            guard let next = Self.follow(step, from: value) else { return nil }
            value = next
        }
        return value
    }

    private static func follow(_ step: Step, from value: JSONTree) -> JSONTree? {
        switch (step, value) {
        case (.member(let name), .object(let members)): return members[name]
        case (.member(let name), .array(let elements)):
            guard let index = Int(name), String(index) == name, elements.indices.contains(index) else { return nil }
            return elements[index]
        case (.element(let member, let wanted), .array(let elements)):
            return elements.first { element in
                guard case .object(let members) = element, case .string(let text)? = members[member] else {
                    return false
                }
                return text == wanted
            }
        default: return nil
        }
    }
}

extension JSONPointer: CustomStringConvertible {
    /// The pointer as written.
    public var description: String { text }
}

extension JSONPointer: Codable {
    /// Reads a pointer from its text.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the pointer's text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
