import GanzhiModel

/// The rows of a CSV file (RFC 4180), read one by one.
///
/// Fields are separated by commas, rows by line breaks; a field in double quotes may hold both, and a quote written
/// twice. Empty lines are skipped.
struct CSVText {
    /// A field with its place, as an offset into the UTF-8 of the text.
    struct Field {
        var text: String
        var offset: Int
    }

    private let source: SourceText
    private var index = 0

    init(_ source: SourceText) { self.source = source }

    /// The fields of the next row that is not empty, or `nil` after the last.
    ///
    /// - Throws: A problem at the quote that breaks the format; reading goes on with the row after it.
    mutating func next() throws(Problem) -> [Field]? {
        let row = source.text.utf8.withContiguousStorageIfAvailable { bytes in
            var scanner = Scanner(bytes: bytes, index: index)
            let row = scanner.row()
            return (row, scanner.index, scanner.fault)
        }
        guard let (fields, next, fault) = row else { return nil }
        index = next
        if let fault {
            let (line, column) = source.place(ofByte: fault.offset)
            throw Problem(
                file: source.file,
                line: line,
                column: column,
                message: fault.message,
                remedy: "Put double quotes around the whole field, and write a quote in it twice."
            )
        }
        return fields
    }

    private struct Scanner {
        let bytes: UnsafeBufferPointer<UInt8>
        var index: Int
        var fault: (offset: Int, message: String)?

        mutating func row() -> [Field]? {
            while index < bytes.count, bytes[index] == 0x0A || bytes[index] == 0x0D { index += 1 }
            guard index < bytes.count else { return nil }
            var fields: [Field] = []
            while true {
                fields.append(field())
                guard index < bytes.count, bytes[index] == 0x2C else { break }
                index += 1
            }
            return fields
        }

        private mutating func field() -> Field {
            let start = index
            guard index < bytes.count, bytes[index] == 0x22 else {
                return Field(text: String(decoding: bytes[start..<plainEnd()], as: UTF8.self), offset: start)
            }
            index += 1
            var text: [UInt8] = []
            while index < bytes.count {
                if bytes[index] == 0x22 {
                    index += 1
                    guard index < bytes.count, bytes[index] == 0x22 else {
                        let end = index
                        if plainEnd() > end { noteTextBehindQuote(opened: start, closed: end) }
                        return Field(text: String(decoding: text, as: UTF8.self), offset: start)
                    }
                }
                text.append(bytes[index])
                index += 1
            }
            fault = (start, "A quote opens a field here and never closes it.")
            skipLine(from: start)
            return Field(text: "", offset: start)
        }

        /// A quote closed lines below was most likely forgotten in the line where it opens.
        private mutating func noteTextBehindQuote(opened: Int, closed: Int) {
            guard bytes[opened..<closed].contains(0x0A) else {
                fault = fault ?? (closed, "Text stands behind the closing quote of a field.")
                return
            }
            fault = fault ?? (opened, "A quote opens a field here; it is closed lines below, with text behind it.")
            skipLine(from: opened)
        }

        private mutating func skipLine(from start: Int) {
            index = start
            while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
        }

        /// Moves to the end of what stands before the next separator.
        private mutating func plainEnd() -> Int {
            while index < bytes.count, bytes[index] != 0x2C, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
            return index
        }
    }
}
