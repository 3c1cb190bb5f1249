import GanzhiModel

/// Reads how the journal lies on disk, and when checkpoints are taken of what it led to.
///
/// - `journal.segment` (size, `1 MiB` to `4 GiB`, default `64 MiB`): bytes of one file.
/// - `journal.keep-for` (duration or `forever`, default `7d`) and `journal.keep-size` (size, default `64 GiB`): what is
///   older, or beyond that, goes, as far as no checkpoint needs it.
/// - `checkpoints.every` (duration, `100ms` to `1h`, default `1m`), `checkpoints.keep` (1 to 100, default 2).
enum JournalSettingsReader {
    static func readJournal(_ value: YAMLValue?) -> JournalSettings {
        var journal = JournalSettings()
        guard let mapping = value?.mapping(.configJournal) else { return journal }
        if let bytes = mapping["segment"].flatMap({ readSize($0, "1 MiB", 1 << 20, "4 GiB", 1 << 32) }) {
            journal.segmentBytes = bytes
        }
        if let age = mapping["keep-for"] {
            if age.scalarText == "forever" {
                journal.keepFor = nil
            } else if let span = age.duration(above: .zero) {
                journal.keepFor = span
            }
        }
        if let bytes = mapping["keep-size"].flatMap({ readSize($0, "64 MiB", 64 << 20, "1024 TiB", 1 << 50) }) {
            journal.keepBytes = bytes
        }
        return journal
    }

    static func readCheckpoints(_ value: YAMLValue?) -> CheckpointSettings {
        var checkpoints = CheckpointSettings()
        guard let mapping = value?.mapping(.configCheckpoints) else { return checkpoints }
        if let every = mapping["every"], let span = every.duration() {
            if span >= .milliseconds(100), span <= .hours(1) {
                checkpoints.every = span
            } else {
                every.report(
                    "`every` is \(span): a checkpoint costs as much as writing all that is known of the series.",
                    "Write a duration from `100ms` to `1h`, such as `1m`."
                )
            }
        }
        if let keep = mapping["keep"]?.wholeNumber(in: 1...100) { checkpoints.keep = keep }
        return checkpoints
    }

    private static func readSize(_ value: YAMLValue, _ least: String, _ from: Int, _ most: String, _ to: Int) -> Int? {
        let example = "Write a whole number of MiB, GiB or TiB from `\(least)` to `\(most)`."
        return value.read("a size", example) { text throws(Fault) in
            let digits = text.prefix { $0 >= "0" && $0 <= "9" }
            let shifts = ["KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40]
            let unit = String(text[digits.endIndex...].drop(while: \.isWhitespace))
            guard let count = Int(digits), count <= 1 << 22, let shift = shifts[unit],
                (from...to).contains(count << shift)
            else { throw Fault("\(ScalarText.quoted(text)) is not a size that will do.", example) }
            return count << shift
        }
    }
}
