public import GanzhiModel

/// Why a command cannot go on, with the exit code that says of what kind that is.
public struct AppError: Error, CustomStringConvertible, Sendable {
    /// Exit codes of the command line (sysexits).
    public enum Code: Int32, Sendable {
        /// Wrong use of the command line.
        case usage = 64
        /// Bad data.
        case data = 65
        /// A file, broker or store that is not there.
        case unavailable = 69
        /// A fault of our own.
        case `internal` = 70
        /// Bad configuration.
        case config = 78
    }

    /// What kind of fault it is.
    public let code: Code
    /// What was seen and what would do.
    public let description: String

    /// Creates an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Creates an error from problems that were printed already.
    public init(_ code: Code, problems: [Problem]) {
        self.code = code
        let errors = problems.count { $0.severity == .error }
        description = "\(errors) error\(errors == 1 ? "" : "s"); nothing was started."
    }
}
