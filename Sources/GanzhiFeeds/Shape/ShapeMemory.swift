/// The shapes of the last good records.
///
/// Most devices write every record the same way, only with other values. Where the literal bytes of a record are those of
/// an earlier one, nothing has to be searched for, and its values are read by what stood there then. Any difference, or
/// a value that is to be refused, leaves the record to the general way of reading; so shapes never show in a result,
/// only in the time it takes.
///
/// Shapes that never fit cost next to nothing: after some misses in a row a pause is made, and a longer one the next time.
///
/// `@unchecked Sendable`: the memory behind the pointers never changes, and stays as long as its owner in ``cells``.
struct ShapeMemory<Shape: LearnedShape>: @unchecked Sendable {
    /// Shapes that are kept.
    private static var capacity: Int { 4 }
    /// Records that must fit before one shape is replaced by another.
    private static var lessonPrice: Int { 16 }

    private var cells: [ShapeCell<Shape>] = []
    /// Where the shapes are, for use without counting references.
    private var shapes: [UnsafePointer<Shape>] = []
    /// The shape that fitted last, to be tried first.
    private var latest = 0
    /// The shape that is replaced next.
    private var oldest = 0

    /// Misses since the last record that fitted.
    private var misses = 0
    /// Records until shapes are tried again.
    private var rest = 0
    /// Records of the next pause.
    private var pause = 8
    /// Records that fitted, as far as they are not yet spent on lessons.
    private var credit = 0
    /// Whether a record that is now read in the general way should be learned from.
    private(set) var wantsLesson = false

    /// Reads a record by one of the shapes, with the cursor at its first byte; leaves it there where none fits.
    ///
    /// - Parameter read: Reads by a shape; false where it does not fit.
    @inline(__always) mutating func read(
        _ scanner: inout JSONScanner,
        by read: (UnsafePointer<Shape>, inout JSONScanner) -> Bool
    ) -> Bool {
        guard rest == 0 else {
            doze()
            return false
        }
        let shape = find(&scanner, by: read)
        guard shape >= 0 else {
            miss()
            return false
        }
        latest = shape
        misses = 0
        pause = 8
        credit = min(credit &+ 1, 4 * Self.lessonPrice)
        return true
    }

    /// The shape that a record was read by; negative where none fits.
    @inline(__always) private func find(
        _ scanner: inout JSONScanner,
        by read: (UnsafePointer<Shape>, inout JSONScanner) -> Bool
    ) -> Int {
        let start = scanner.cursor
        return shapes.withUnsafeBufferPointer { shapes in
            var shape = latest
            for _ in 0..<shapes.count {
                if read(shapes[shape], &scanner) { return shape }
                scanner.cursor = start
                shape = shape &+ 1 == shapes.count ? 0 : shape &+ 1
            }
            return -1
        }
    }

    @inline(never) private mutating func doze() {
        rest -= 1
        wantsLesson = false
        if rest == 0 { credit = max(credit, Self.lessonPrice) }
    }

    @inline(never) private mutating func miss() {
        misses += 1
        wantsLesson = shapes.count < Self.capacity || credit >= Self.lessonPrice
        guard misses == 8 else { return }
        misses = 0
        rest = pause
        pause = min(2 * pause, 1024)
    }

    /// Forgets all shapes.
    mutating func forget() {
        cells.removeAll()
        shapes.removeAll()
        latest = 0
        oldest = 0
    }

    /// Learns the shape of a record that was read in the general way and found good.
    mutating func learn(_ shape: Shape?) {
        wantsLesson = false
        guard let cell = shape.map(ShapeCell.init) else { return }
        if shapes.count < Self.capacity {
            latest = shapes.count
            cells.append(cell)
            shapes.append(cell.shape)
            return
        }
        credit -= Self.lessonPrice
        latest = oldest
        oldest = (oldest + 1) % Self.capacity
        cells[latest] = cell
        shapes[latest] = cell.shape
    }
}

/// A shape that was learned for the records of one format.
protocol LearnedShape: SendableMetatype {
    /// Gives the memory back; the shape is not to be used again.
    func deallocate()
}

/// Owns a learned shape, which never changes.
private final class ShapeCell<Shape: LearnedShape> {
    let shape: UnsafePointer<Shape>

    init(_ shape: Shape) {
        let place = UnsafeMutablePointer<Shape>.allocate(capacity: 1)
        place.initialize(to: shape)
        self.shape = UnsafePointer(place)
    }

    deinit {
        shape.pointee.deallocate()
        shape.deallocate()
    }
}
