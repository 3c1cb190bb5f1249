internal import CGanzhi

/// The shape of a record: the literal bytes of each member, and which value stands behind which.
///
/// Members may come in any order. They are expected in the order in which they were learned; others are found by name.
struct Shape {
    /// Fields that a format may have, the one with number 0 included.
    static let maximumFields = 16
    /// Members that a shape may have, those of no field included.
    static let maximumMembers = 32
    /// Places of the table of members.
    private static let places = 32

    // Plain memory, as references would be counted for every record.
    /// The steps of all members, one behind the other.
    private let steps: UnsafeMutableBufferPointer<ShapeStep>
    /// For a hash of a member's name its first step.
    private let starts: UnsafeMutablePointer<UInt8>
    private let multiplier: UInt64
    /// Bits of the fields that all records of the shape have.
    private let required: UInt32
    /// Bits of the fields that have strings.
    private let texts: UInt32
    private let opening: ShapeLiteral
    private let separator: ShapeLiteral
    private let closing: ShapeLiteral

    /// Whether a field has strings.
    @inline(__always) func isText(_ field: ShapeField) -> Bool { texts & field.bit != 0 }

    /// Gives the memory back; the shape is not to be used again.
    func deallocate() {
        steps.deallocate()
        starts.deallocate()
    }

    /// The values of a record, by number of the field.
    struct Values {
        /// Strings, where the field has one.
        let texts: UnsafeMutablePointer<JSONText>
        /// Numbers, where the field has one.
        let numbers: UnsafeMutablePointer<JSONNumber>
    }

    /// Gives room for the values of a record.
    @inline(__always)
    static func withValues<Result>(_ body: (Values) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: JSONText.self, capacity: maximumFields) { texts in
            withUnsafeTemporaryAllocation(of: JSONNumber.self, capacity: maximumFields) { numbers in
                body(Values(texts: texts.baseAddress.unsafelyUnwrapped, numbers: numbers.baseAddress.unsafelyUnwrapped))
            }
        }
    }

    /// Reads a record, brace at the cursor.
    ///
    /// - Parameter shape: Where the shape is, which is large to copy.
    /// - Returns: Bits of the fields it has; `nil` for a record of another shape.
    @inline(__always)
    static func read(_ cursor: inout JSONScanner, by shape: UnsafePointer<Shape>, into values: Values) -> UInt32? {
        // A scanner of its own stays in registers.
        var scanner = cursor
        let first = shape.pointee.steps.baseAddress.unsafelyUnwrapped
        let end = first + shape.pointee.steps.count
        var step = first
        var fields: UInt32 = 0
        var isFirst = true
        repeat {
            if !scanner.take(step.pointee.expected) {
                if isFirst {
                    guard scanner.take(shape.pointee.opening) else { return nil }
                } else if !scanner.take(shape.pointee.separator) {
                    break
                }
                // At the very end there is no name, and no padding for one.
                guard scanner.next == 0x22 else { return nil }
                step = first + Int(shape.pointee.starts[hash(scanner, shape.pointee.multiplier)])
                guard scanner.take(step.pointee.literal) else { return nil }
            }
            isFirst = false
            fields |= step.pointee.bit
            while true {
                switch step.pointee.kind {
                case .nothing: break
                case .text:
                    guard let text = try? scanner.openString() else { return nil }
                    values.texts[Int(step.pointee.field)] = text
                    scanner.cursor = ganzhi_advance(text.start, step.pointee.width, text.count) + 1
                case .number:
                    let start = scanner.cursor
                    guard let number = try? scanner.number() else { return nil }
                    values.numbers[Int(step.pointee.field)] = number
                    scanner.cursor = ganzhi_advance(start, step.pointee.width, scanner.cursor - start)
                }
                if step.pointee.isLast { break }
                step += 1
                guard scanner.take(step.pointee.literal) else { return nil }
            }
            step += 1
            if step == end {
                if scanner.take(shape.pointee.closing) {
                    cursor.cursor = scanner.cursor
                    return fields & shape.pointee.required == shape.pointee.required ? fields : nil
                }
                step = first
            }
        } while true
        guard scanner.take(shape.pointee.closing) else { return nil }
        cursor.cursor = scanner.cursor
        return fields & shape.pointee.required == shape.pointee.required ? fields : nil
    }

    /// The place in the table for the member at the cursor.
    @inline(__always)
    private static func hash(_ scanner: JSONScanner, _ multiplier: UInt64) -> Int {
        let name = scanner.cursor + 1
        let count = JSONScanner.plainCount(at: name)
        let prefix = scanner.word(at: name) & JSONScanner.mask(min(8, count))
        return Int(truncatingIfNeeded: ((prefix ^ UInt64(truncatingIfNeeded: count)) &* multiplier) &>> 59)
    }
}

extension Shape {
    /// Learns the shape of a good record.
    ///
    /// - Parameters:
    ///   - scanner: Behind the record.
    ///   - start: The record's opening brace.
    ///   - field: The field of a member, by its packed name (``JSONScanner/packed(_:)``); `nil` where there is none.
    /// - Returns: `nil` for a record with one known member twice, for one whose members are not all separated alike,
    ///   and for what is too long or nested too deep.
    init?(_ scanner: JSONScanner, from start: UnsafePointer<UInt8>, field: (_ name: UInt64) -> ShapeField?) {
        // Long literals take fewer steps, but leave less room for what separates members.
        guard
            let lesson = ShapeLesson(scanner, from: start, longest: 14, field: field)
                ?? ShapeLesson(scanner, from: start, longest: 8, field: field)
        else { return nil }
        steps = .allocate(capacity: lesson.steps.count)
        _ = steps.initialize(from: lesson.steps)
        required = lesson.required
        opening = ShapeLiteral(lesson.opening)
        separator = ShapeLiteral(lesson.separator)
        closing = ShapeLiteral(lesson.closing)
        var best: (collisions: Int, multiplier: UInt64, starts: [UInt8]) = (.max, 0, [])
        var multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
        // A few tries find a table without collisions; with one, a member is found in its learned order only.
        for _ in 0..<32 where best.collisions > 0 {
            var starts = [UInt8](repeating: 0, count: Self.places)
            var taken = Set<Int>()
            for (step, name) in lesson.starts {
                var member = scanner
                member.cursor = name
                let place = Self.hash(member, multiplier)
                if taken.insert(place).inserted { starts[place] = UInt8(step) }
            }
            let collisions = lesson.starts.count - taken.count
            if collisions < best.collisions { best = (collisions, multiplier, starts) }
            multiplier = multiplier &* 0xD134_2543_DE82_EF95 | 1
        }
        texts = lesson.texts
        self.multiplier = best.multiplier
        starts = .allocate(capacity: Self.places)
        starts.initialize(from: best.starts, count: Self.places)
    }
}

/// A field that a format reads from its records.
struct ShapeField {
    /// 1 to 15.
    let number: UInt8
    /// Whether all records of a shape have it that one record has.
    let isRequired: Bool

    /// The field's bit among others.
    @inline(__always) var bit: UInt32 { 1 << UInt32(number) }
}
