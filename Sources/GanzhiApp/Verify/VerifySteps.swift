import Foundation
import GanzhiJournal
import GanzhiModel
import GanzhiStore

/// What the steps of `ganzhi verify` look at.
final class VerifiedBooks {
    let reader: EventReader
    let folder: String
    /// The ledger and the position that belongs to it.
    let ledger: Ledger
    let position: UInt64
    let progress: TerminalProgress
    /// The walk over the journal, taken once for all steps that need it.
    private(set) lazy var journal = JournalSurvey(
        folder: folder + "/journal",
        position: position,
        progress: progress
    )

    init(folder: String, progress: TerminalProgress) throws {
        reader = try EventReader(folder: URL(filePath: folder))
        self.folder = folder
        self.progress = progress
        // Before the journal is looked at: beside a daemon that writes, its end is never before this position.
        (ledger, position) = try reader.books()
    }
}

/// One step of `ganzhi verify`.
struct VerifyStep: Sendable {
    /// What it is called in the output.
    let name: String
    /// Looks, and says what it found.
    let look: @Sendable (VerifiedBooks) throws -> VerifyFinding

    /// All steps, in the order in which they are taken.
    ///
    /// A new kind of file in the data folder gets its step here.
    static let all = [
        VerifyStep(name: "database", look: database),
        VerifyStep(name: "schema", look: schema),
        VerifyStep(name: "events", look: events),
        VerifyStep(name: "archive", look: archive),
        VerifyStep(name: "warnings", look: warnings),
        VerifyStep(name: "outbox", look: outbox),
        VerifyStep(name: "journal", look: journal),
        VerifyStep(name: "position", look: position),
        VerifyStep(name: "checkpoints", look: checkpoints),
        VerifyStep(name: "ledger", look: ledger),
        VerifyStep(name: "generations", look: generations),
    ]

    private static func database(_ books: VerifiedBooks) throws -> VerifyFinding {
        let problems = try books.reader.structureProblems { books.progress.show("database: \($0)") }
        return VerifyFinding(problems: problems, otherwise: "SQLite finds every page in order")
    }

    private static func schema(_ books: VerifiedBooks) throws -> VerifyFinding {
        VerifyFinding(
            problems: try books.reader.schemaProblems(),
            otherwise: "tables, indexes and triggers are those of this version"
        )
    }

    private static func events(_ books: VerifiedBooks) throws -> VerifyFinding {
        let report = try books.reader.verifyChain { books.progress.show("events:", $0, of: $1) }
        let hash = report.hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return VerifyFinding(
            problems: report.fault.map { [$0.description] } ?? [],
            otherwise: report.sound == 0 ? "there are none yet" : "chained up to \(report.sound), hash \(hash)"
        )
    }

    private static func archive(_ books: VerifiedBooks) throws -> VerifyFinding {
        let absent = try books.reader.absent()
        guard !absent.isEmpty else {
            let count = try books.reader.sealed().count
            if count == 0 { return .ok("no year is sealed yet") }
            return .ok("\(count) sealed \(count == 1 ? "file is" : "files are") there")
        }
        return .absent(AbsentFiles.text(absent))
    }

    private static func warnings(_ books: VerifiedBooks) throws -> VerifyFinding {
        books.progress.show("warnings")
        let count = try books.reader.standingWarnings().count
        return VerifyFinding(
            problems: try books.reader.standingProblems(),
            otherwise: "\(count) stand\(count == 1 ? "s" : ""), as the newest events say"
        )
    }

    private static func outbox(_ books: VerifiedBooks) throws -> VerifyFinding {
        let status = try books.reader.outbox()
        return VerifyFinding(
            problems: try books.reader.outboxProblems(),
            otherwise: "\(status.pending) wait for the broker, \(status.dropped) were given up"
        )
    }

    private static func journal(_ books: VerifiedBooks) throws -> VerifyFinding {
        let journal = books.journal
        guard journal.isThere else { return .absent("there is no journal beside this store") }
        return VerifyFinding(
            problems: journal.problem.map { [$0] } ?? [],
            otherwise: journal.last < journal.first ? "empty" : "blocks \(journal.first) to \(journal.last) are whole"
        )
    }

    private static func position(_ books: VerifiedBooks) throws -> VerifyFinding {
        let (position, journal) = (books.position, books.journal)
        var problems: [String] = []
        if journal.isThere, journal.problem == nil, position > journal.last {
            problems.append(
                "the store has taken in block \(position), but the journal ends with \(journal.last), so they are not of "
                    + "one history, or its end is gone. \(journal.gap ?? "")"
            )
        }
        return VerifyFinding(problems: problems, otherwise: "the store has taken in blocks up to \(position)")
    }

    private static func checkpoints(_ books: VerifiedBooks) throws -> VerifyFinding {
        let folder = CheckpointFolder(dataFolder: books.folder)
        let names = try books.reader.generationProblems().names
        var (problems, sound): ([String], [UInt64]) = ([], [])
        let positions = try folder.positions()
        // Beside a daemon both have gone on since the books were opened, the store always first.
        let committed = try books.reader.books().position
        for position in positions {
            let file = folder.file(at: position)
            books.progress.show("checkpoint \(position)")
            do throws(CheckpointError) {
                let manifest = try CheckpointReader.check(path: file)
                guard manifest.position == position, position <= committed else {
                    problems.append("\(file) is of block \(manifest.position), the store at \(committed)")
                    continue
                }
                sound.append(position)
                if !names.contains(manifest.generation) {
                    problems.append("\(file) names generation \(manifest.generation.prefix(12)), which is not stored")
                }
            } catch .system(.system(_, _, ENOENT)) {
                // A daemon beside us has let it go.
            } catch {
                problems.append("\(error)")
            }
        }
        if books.journal.isThere, books.journal.first > 1, !sound.contains(where: { $0 + 1 >= books.journal.first }) {
            problems.append("the journal begins with block \(books.journal.first), and no sound one lies before it")
        }
        return VerifyFinding(
            problems: problems,
            otherwise: sound.first.map { "\(sound.count) whole, the newest at block \($0)" } ?? "there are none yet"
        )
    }

    private static func ledger(_ books: VerifiedBooks) throws -> VerifyFinding {
        var problems: [String] = []
        for (key, count) in books.ledger.counts.sorted(by: { "\($0.key)" < "\($1.key)" }) where count < 0 {
            problems.append("feed \(key.feed): \(key.column.rawValue) \(key.reason) is \(count)")
        }
        for feed in books.ledger.feeds {
            let balance = books.ledger.balance(of: feed)
            if balance.messages != 0 { problems.append("feed \(feed): messages are off by \(balance.messages)") }
            if balance.readings != 0 { problems.append("feed \(feed): readings are off by \(balance.readings)") }
        }
        let isCompared = books.journal.isWhole(through: books.position)
        if isCompared {
            let counted = books.journal.messages
            for feed in Set(books.ledger.feeds).union(counted.keys).sorted() {
                let booked = books.ledger.count(.messagesReceived, of: feed)
                if booked != counted[feed] ?? 0 {
                    problems.append(
                        "feed \(feed): \(booked) messages are booked as received, the journal holds \(counted[feed] ?? 0)"
                    )
                }
            }
        }
        return VerifyFinding(
            problems: problems,
            otherwise: "balanced for \(books.ledger.feeds.count) feed\(books.ledger.feeds.count == 1 ? "" : "s")"
                + (isCompared ? ", and as many messages as the journal holds" : "")
        )
    }

    private static func generations(_ books: VerifiedBooks) throws -> VerifyFinding {
        var (problems, names) = try books.reader.generationProblems()
        for (name, block) in books.journal.generations.sorted(by: { $0.value < $1.value }) where !names.contains(name) {
            problems.append("block \(block) names generation \(name.prefix(12)), which is not stored")
        }
        return VerifyFinding(
            problems: problems,
            otherwise: "\(names.count) stored, each as its name says, among them all that the journal names"
        )
    }
}
