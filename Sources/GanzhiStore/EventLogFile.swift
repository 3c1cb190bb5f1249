public import Foundation
internal import GanzhiModel
internal import Synchronization

/// The event log: every event as one line of NDJSON, for `tail -F`, log shippers and logrotate.
///
/// A projection of the store, written after the commit. Each line is durable before the store remembers its serial, so
/// every event gets its line at least once: only after a crash between the two are some lines written again. The
/// file may be moved away at any time (logrotate's `create` or `nocreate`): before each write the path is compared with
/// the open file, and opened anew where it has become another one.
///
/// A line that a crash left half-written is cut off when the file is opened, and then written whole, as its serial was
/// not yet remembered. The log of a data folder that is new to this file begins with the first event of the store.
///
/// Places that are no regular file, such as a pipe, are written without being cut or synchronised.
public final class EventLogFile: Sendable {
    /// Where the log is.
    public let url: URL

    private let store: EventStore
    private let state = Mutex(State())

    private struct State {
        var file: LogDescriptor?
        /// The last event that was written, whether or not the store could remember it.
        var written: UInt64 = 0
    }

    /// Events that are written and made durable together.
    private static let pageSize = 512

    /// Creates a log of a store's events; the file is opened with the first event to write.
    public init(url: URL, store: EventStore) {
        self.url = url
        self.store = store
    }

    /// Writes the events that the file does not hold yet, and returns how many those were.
    ///
    /// Called after a commit with events, and once at the start. Where the file cannot be written it throws and can be
    /// called again: no event is lost.
    ///
    /// - Throws: ``StoreError``.
    /// - Complexity: Two short reads where there is nothing to write, else one fdatasync per page of events.
    @discardableResult public func catchUp() throws -> Int {
        try state.withLock { state in
            var count = 0
            var position = try store.eventLogPosition()
            while true {
                if state.written > position {
                    try store.saveEventLogPosition(state.written)
                    position = state.written
                }
                let events = try store.events(after: position, limit: Self.pageSize)
                guard let last = events.last else { return count }
                var lines: [UInt8] = []
                for event in events {
                    lines += event.bytes
                    lines.append(0x0A)
                }
                if state.file?.isStillThere != true {
                    state.file = nil
                    state.file = try LogDescriptor(url)
                }
                do {
                    try state.file?.append(lines)
                } catch {
                    // What is open may end in half a line now; opening anew cuts it off.
                    state.file = nil
                    throw error
                }
                state.written = last.serial
                count += events.count
            }
        }
    }
}
