internal import Glibc

/// Why the store could not do what was asked, and what to do about it.
public enum StoreError: Error, Sendable, Hashable {
    /// There is no database at this place.
    case missing(file: String)

    /// The database was last opened by a newer version of the program.
    case newerSchema(file: String)

    /// The database lacks migrations that readers need; only the writer may add them.
    case olderSchema(file: String)

    /// The file is a database of something else.
    case foreign(file: String)

    /// Events were to be appended at another serial than the one that is next.
    case unexpectedSerial(next: UInt64, offered: UInt64)

    /// A commit does not lie behind the position that is already stored.
    case positionNotAhead(stored: UInt64, offered: UInt64)

    /// A bundle does not have the hash it was named by.
    case generationMismatch(named: String, actual: String)

    /// A row holds something that this version cannot read.
    case unreadable(row: String)

    /// Events of a year that is over are not those that were committed, so they cannot be sealed.
    case brokenChain(ChainFault)

    /// A sealed file cannot be made durable or given its name; `code` is the `errno`.
    case sealing(file: String, code: Int32)

    /// SQLite failed; `code` is its extended result code.
    case database(file: String, code: Int32, message: String)

    /// An operation on the event log file failed; `code` is the `errno`.
    case logFile(file: String, operation: String, code: Int32, message: String)

    /// Whether the same call may succeed later without a person changing the data: another process holds the
    /// database, the disk is full or may not be written or opened, or an input/output operation failed.
    public var isTransient: Bool {
        switch self {
        case .database(_, let code, _): [5, 6, 8, 10, 13, 14].contains(code & 0xFF)
        case .logFile, .sealing: true
        case .missing, .newerSchema, .olderSchema, .foreign, .unexpectedSerial, .positionNotAhead,
            .generationMismatch, .unreadable, .brokenChain:
            false
        }
    }

    /// Whether the database is not what SQLite wrote.
    public var isDamage: Bool {
        if case .database(_, let code, _) = self { [11, 26].contains(code & 0xFF) } else { false }
    }
}

extension StoreError: CustomStringConvertible {
    /// What was seen, why it cannot work, what to do.
    public var description: String {
        switch self {
        case .missing(let file):
            "There is no event store at \(file). Name the data folder of a daemon that has run, or start one there "
                + "with `ganzhi run`."
        case .newerSchema(let file):
            "\(file) was written by a newer version of ganzhi, whose tables this one does not know. Use that version "
                + "or a newer one."
        case .olderSchema(let file):
            "\(file) does not have all tables of this version yet. Start `ganzhi run` with this data folder once; it "
                + "brings them up to date."
        case .foreign(let file):
            "\(file) is a database of another program: it has tables, but none of an event store. Name another file."
        case .unexpectedSerial(let next, let offered):
            "The next event must have serial \(next), but \(offered) was to be appended. Either a second daemon "
                + "writes to this data folder, or the journal does not belong to it: stop the other one, or put "
                + "journal and database of the same backup together."
        case .positionNotAhead(let stored, let offered):
            "The store is at position \(stored), so a commit at \(offered) would count blocks twice. Either a second "
                + "daemon writes to this data folder, or the journal does not belong to it: stop the other one, or "
                + "put journal and database of the same backup together."
        case .generationMismatch(let named, let actual):
            "The bundle's SHA-256 is \(actual), but it was to be stored as generation \(named). A generation is named "
                + "by the hash of its bytes: hash the very bytes that are stored."
        case .unreadable(let row):
            "\(row) cannot be read by this version. Run `ganzhi verify` on the data folder."
        case .brokenChain(let fault):
            "The events of a past year stay where they are, as they are not what was committed: \(fault). Run `ganzhi "
                + "verify` on the data folder, keep a copy, and restore the newest backup."
        case .sealing(let file, let code):
            "Cannot seal \(file): \(String(cString: strerror(code))). The events stay in the store, and it is tried again; "
                + "make room on the disk, and let the daemon's user write in that folder."
        case .database(let file, let code, let message):
            "SQLite failed on \(file): \(message) (code \(code)). \(Self.remedy(code: code))"
        case .logFile(let file, let operation, _, let message):
            "Cannot \(operation) the event log \(file): \(message). No event is lost, they are in the store: the log "
                + "goes on where it stopped as soon as the file can be written."
        }
    }

    /// What to do about an SQLite result code.
    ///
    /// - Source: <https://www.sqlite.org/rescode.html>
    private static func remedy(code: Int32) -> String {
        switch code & 0xFF {
        case 5, 6: "Another process holds the database: end its transaction, or close the tool that has it open."
        case 8:
            "This user may not write to the file or its folder. The daemon has to; to look while no daemon runs, be the "
                + "daemon's user, as SQLite then needs a file of its own beside the database."
        case 10: "The disk reports an error: look at the system log, and check the disk."
        case 11, 26: "The file is damaged: keep a copy, and restore the newest backup."
        case 13: "The disk is full: make room on it."
        case 14: "The file cannot be opened: check that the folder exists and may be read and written."
        case 19: "The schema refused the change: events are appended in order and never changed."
        default: "Run `ganzhi verify` on the data folder."
        }
    }
}
