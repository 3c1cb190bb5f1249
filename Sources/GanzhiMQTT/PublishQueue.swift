import Glibc

/// A message on its way out.
struct OutgoingMessage {
    var topic: String
    var payload: [UInt8]
    var isRetained: Bool
    var contentType: String
    /// The caller's; `nil` for our own status.
    var token: UInt64?
}

/// The bounded line between those who publish and the loop that sends.
///
/// `@unchecked Sendable`: every stored variable is read and written under the mutex only.
final class PublishQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let room = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let capacity: Int
    private let waker: Waker
    private var waiting: [OutgoingMessage] = []
    /// Of `waiting`, how many were taken.
    private var taken = 0
    /// Waiting or on the way.
    private var unfinished = 0
    private var isSleeping = false
    private var closeDeadline: Int?
    private var status: [UInt8]?

    init(capacity: Int, waker: Waker) {
        self.capacity = max(1, capacity)
        self.waker = waker
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(room, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(room)
        mutex.deallocate()
        room.deallocate()
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// What became of a message that was to be queued.
    enum Push { case queued, full, closed }

    /// Queues a message, after waiting for room where that is wanted.
    func push(_ message: OutgoingMessage, waits: Bool) -> Push {
        var mustWake = false
        let result: Push = locked {
            while closeDeadline == nil, unfinished >= capacity {
                guard waits else { return .full }
                pthread_cond_wait(room, mutex)
            }
            guard closeDeadline == nil else { return .closed }
            waiting.append(message)
            unfinished += 1
            mustWake = isSleeping
            isSleeping = false
            return .queued
        }
        if mustWake { waker.wake() }
        return result
    }

    /// Takes messages in order; where there is none, the next ``push(_:waits:)`` wakes the loop.
    func take(_ count: Int, into messages: inout [OutgoingMessage]) {
        locked {
            let available = min(count, waiting.count - taken)
            messages.append(contentsOf: waiting[taken..<(taken + available)])
            taken += available
            if taken == waiting.count {
                waiting.removeAll(keepingCapacity: true)
                taken = 0
                isSleeping = true
            } else if taken > 4096, taken > waiting.count / 2 {
                waiting.removeFirst(taken)
                taken = 0
            }
        }
    }

    /// Makes room: so many messages were acknowledged or refused.
    func finish(_ count: Int) {
        guard count > 0 else { return }
        locked {
            unfinished -= count
            _ = pthread_cond_broadcast(room)
        }
    }

    /// What is to be said of ourselves from now on; wakes the loop.
    func replaceStatus(_ payload: [UInt8]) {
        let isOpen = locked {
            guard closeDeadline == nil else { return false }
            status = payload
            return true
        }
        if isOpen { waker.wake() }
    }

    /// The status that was replaced since the last call; `nil` where none was.
    func takeStatus() -> [UInt8]? {
        locked {
            defer { status = nil }
            return status
        }
    }

    /// Takes nothing more in.
    func close(deadline: Int) {
        locked {
            closeDeadline = min(deadline, closeDeadline ?? deadline)
            _ = pthread_cond_broadcast(room)
        }
        waker.wake()
    }

    /// Until when the loop may go on; `nil` while the queue is open.
    var deadline: Int? { locked { closeDeadline } }

    /// Whether nothing waits to be taken.
    var isEmpty: Bool { locked { taken == waiting.count } }
}
