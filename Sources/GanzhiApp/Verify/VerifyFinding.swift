import GanzhiModel

/// What one step of `ganzhi verify` found.
struct VerifyFinding {
    /// How it turned out.
    enum Result: String {
        /// Everything that the step looks at is as it must be.
        case ok
        /// Something is not.
        case broken
        /// Something is not there that need not be there, so nobody looked at it.
        case absent
    }

    var result: Result
    /// What was looked at, or what is wrong, or what is not there.
    var detail: String

    static func ok(_ detail: String) -> VerifyFinding { VerifyFinding(result: .ok, detail: detail) }
    static func absent(_ detail: String) -> VerifyFinding { VerifyFinding(result: .absent, detail: detail) }

    /// Broken where there are problems, of which the first few are told.
    init(problems: [String], otherwise detail: String) {
        guard let first = problems.first else {
            self = .ok(detail)
            return
        }
        let more = problems.count - Self.told
        self.init(
            result: .broken,
            detail: problems.count == 1
                ? first : problems.prefix(Self.told).joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
        )
    }

    private init(result: Result, detail: String) {
        self.result = result
        self.detail = detail
    }

    private static let told = 5

    /// A line for people.
    func line(_ step: String) -> String {
        let word = result == .broken ? "BROKEN" : result.rawValue
        return TextColumns.padded(word, 7) + TextColumns.padded(step, 12) + detail
    }

    /// A line of NDJSON: `{"check":"events","result":"ok","detail":"…"}`.
    func json(_ step: String) -> String {
        var writer = JSONWriter()
        writer.object {
            $0.member("check", step)
            $0.member("result", result.rawValue)
            $0.member("detail", detail)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Columns of plain text.
enum TextColumns {
    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
