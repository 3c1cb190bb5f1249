/// Something wrong in what a person wrote, with place and remedy.
public struct Problem: Sendable, Hashable, Error {
    /// Whether it stops the program or is only worth a look.
    public enum Severity: String, Sendable { case error, warning }

    /// How grave it is.
    public var severity: Severity
    /// File it stands in; empty where there is none.
    public var file: String
    /// Line, from 1; 0 where unknown.
    public var line: Int
    /// Column in characters, from 1; 0 where unknown.
    public var column: Int
    /// What was seen and why it cannot work.
    public var message: String
    /// What would do.
    public var remedy: String

    /// Creates a problem.
    public init(
        _ severity: Severity = .error,
        file: String = "",
        line: Int = 0,
        column: Int = 0,
        message: String,
        remedy: String
    ) {
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.remedy = remedy
    }
}

extension Problem: CustomStringConvertible {
    /// `file:line:column: severity: message remedy`, as compilers write it.
    public var description: String {
        var place = file
        if line > 0 { place += ":\(line):\(max(1, column))" }
        return (place.isEmpty ? "" : place + ": ") + "\(severity.rawValue): \(message) \(remedy)"
    }
}

/// A fault in an expression, at an offset of its text; whoever knows the file turns it into a ``Problem``.
public struct ExpressionError: Error, Sendable, Hashable {
    /// Characters before the fault.
    public var offset: Int
    /// What was seen and why it cannot work.
    public var message: String
    /// What would do.
    public var remedy: String

    /// Creates a fault.
    public init(offset: Int, message: String, remedy: String) {
        self.offset = offset
        self.message = message
        self.remedy = remedy
    }
}
