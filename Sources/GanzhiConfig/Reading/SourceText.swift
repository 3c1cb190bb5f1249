import Foundation
import GanzhiModel

/// A text that a person wrote, cut into lines, so that every problem can say where.
struct SourceText {
    /// The file as the person named it.
    let file: String
    /// The whole text, without a byte order mark.
    let text: String
    /// Where each line begins, as offsets into the UTF-8 of ``text``; line breaks are those of YAML 1.1.
    private let starts: [Int]

    /// Bytes that a YAML file may have.
    static let maximumYAML = 4 << 20
    /// Bytes that a CSV file may have: some three million devices.
    static let maximumCSV = 512 << 20

    init(file: String, text: String) {
        self.file = file
        var text = text
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        text.makeContiguousUTF8()
        self.text = text
        starts = text.utf8.withContiguousStorageIfAvailable(Self.lineStarts) ?? [0]
    }

    /// Reads a file, or says why not.
    static func read(_ path: String, limit: Int) throws(Problem) -> SourceText {
        func refused(_ message: String, _ remedy: String) -> Problem {
            Problem(file: path, message: message, remedy: remedy)
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw refused("There is no such file.", "Check the path.")
        }
        guard !isFolder.boolValue else { throw refused("This is a folder, not a file.", "Name a file in it.") }
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
        guard let size, size.intValue <= limit else {
            throw refused(
                "The file has \(size?.intValue ?? 0) bytes; \(limit >> 20) MiB is the most.",
                "Split the file."
            )
        }
        guard let data = FileManager.default.contents(atPath: path), data.count <= limit else {
            throw refused("The file cannot be read.", "Check its permissions.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            let (line, column) = placeOfBadByte(in: data)
            throw Problem(
                file: path,
                line: line,
                column: column,
                message: "A byte here is not UTF-8.",
                remedy: "Save the file as UTF-8."
            )
        }
        return SourceText(file: path, text: text)
    }

    /// How many lines the text has.
    var lineCount: Int { starts.count }

    /// A line without its break, from 1; `nil` where there is no such line.
    func line(_ number: Int) -> Substring? {
        guard number >= 1, number <= starts.count else { return nil }
        let utf8 = text.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: starts[number - 1])
        let end = number < starts.count ? utf8.index(utf8.startIndex, offsetBy: starts[number]) : utf8.endIndex
        var line = text[start..<end]
        while let last = line.last, last.isNewline { line.removeLast() }
        return line
    }

    /// The column in characters of a column in Unicode scalars, both from 1.
    func column(ofScalar column: Int, inLine number: Int) -> Int {
        guard let line = line(number) else { return column }
        let scalars = line.unicodeScalars
        let end = scalars.index(scalars.startIndex, offsetBy: column - 1, limitedBy: scalars.endIndex)
        return line[..<(end ?? line.endIndex)].count + 1
    }

    /// The line and the column in characters of a byte of the text, from 1.
    func place(ofByte offset: Int) -> (line: Int, column: Int) {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        let utf8 = text.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: starts[low])
        let end = utf8.index(utf8.startIndex, offsetBy: offset, limitedBy: utf8.endIndex) ?? utf8.endIndex
        return (low + 1, text[start..<end].count + 1)
    }

    private static func lineStarts(_ bytes: UnsafeBufferPointer<UInt8>) -> [Int] {
        var starts = [0]
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            switch rest.first {
            case 0x0A: index += 1
            case 0x0D: index += rest.dropFirst().first == 0x0A ? 2 : 1
            case 0xC2 where rest.dropFirst().first == 0x85: index += 2
            case 0xE2 where rest.prefix(3).elementsEqual([0xE2, 0x80, 0xA8]): index += 3
            case 0xE2 where rest.prefix(3).elementsEqual([0xE2, 0x80, 0xA9]): index += 3
            default:
                index += 1
                continue
            }
            starts.append(index)
        }
        return starts
    }

    private static func placeOfBadByte(in data: Data) -> (line: Int, column: Int) {
        var decoder = UTF8()
        var bytes = data.makeIterator()
        var line = 1
        var column = 1
        while case .scalarValue(let scalar) = decoder.decode(&bytes) {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return (line, column)
    }
}
