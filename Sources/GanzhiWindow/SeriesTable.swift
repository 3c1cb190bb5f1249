/// Where the memory of each series begins, by its number.
struct SeriesTable: ~Copyable {
    private var places: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private var capacity = 1024
    private(set) var count = 0

    init() { places = .allocate(capacity: capacity) }

    deinit { places.deallocate() }

    @inline(__always)
    subscript(id: Int) -> UnsafeMutableRawPointer {
        precondition(id < count, "A series must be registered before its readings come.")
        return places[id]
    }

    var indices: Range<Int> { 0..<count }

    /// Where the address of a series stands; for asking for it early.
    @inline(__always)
    func place(of id: Int) -> UnsafeRawPointer { UnsafeRawPointer(places + id) }

    /// Adds a series and returns its number.
    mutating func append(_ memory: UnsafeMutableRawPointer) -> Int {
        if count == capacity {
            let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: capacity * 2)
            larger.moveInitialize(from: places, count: count)
            places.deallocate()
            places = larger
            capacity *= 2
        }
        (places + count).initialize(to: memory)
        count += 1
        return count - 1
    }

    /// Moves a series to other memory.
    mutating func move(_ id: Int, to memory: UnsafeMutableRawPointer) { places[id] = memory }
}

/// The layouts of series' memory; they never move.
struct LayoutTable: ~Copyable {
    private var layouts: UnsafeMutablePointer<SeriesLayout>
    private var numbers: [[Int]: Int] = [:]

    /// Different sets of plans that may watch a series.
    static let maximum = 1 << 16

    init() { layouts = .allocate(capacity: Self.maximum) }

    deinit {
        layouts.deinitialize(count: numbers.count)
        layouts.deallocate()
    }

    @inline(__always)
    subscript(number: Int) -> UnsafeMutablePointer<SeriesLayout> { layouts + number }

    /// Number of layouts.
    var count: Int { numbers.count }

    /// The layout for series that these plans watch.
    mutating func number(of plans: [Int], in states: UnsafeMutablePointer<PlanState>) -> Int {
        if let known = numbers[plans] { return known }
        precondition(numbers.count < Self.maximum, "More than \(Self.maximum) different sets of plans watch series.")
        (layouts + numbers.count).initialize(to: SeriesLayout(plans: plans, of: states))
        numbers[plans] = numbers.count
        return numbers.count - 1
    }
}
