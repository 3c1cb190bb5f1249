import Foundation
import GanzhiCity
import GanzhiModel
import Testing

@Suite struct PayloadTests {
    @Test(arguments: [1, 2, 50]) func `what is meant good is read by an independent parser`(packSize: Int) throws {
        let city = try faultyCity(packSize: packSize, interval: .milliseconds(1500), duration: .minutes(3))
        let devices = Dictionary(uniqueKeysWithValues: city.devices.map { ($0.id, $0) })
        for message in city where message.kind != .malformed {
            let readings = try #require(seenReadings(message))
            #expect(readings.count == message.readings)
            #expect(readings.count == packSize)
            let device = try #require(devices[readings[0].device])
            #expect(message.topic == "ganzhi/v1/readings/\(device.district)/\(device.id)")
            let isSenML = message.contentType == PlannedMessage.senMLContentType
            for (index, reading) in readings.enumerated() {
                #expect(reading.device == device.id)
                #expect(reading.metric == device.kind.metric && reading.metric == message.metric)
                #expect(reading.unit == (isSenML ? device.kind.senMLUnit : device.kind.unit))
                #expect(reading.time == readings[0].time + Int64(index) * 1500)
            }
        }
    }

    @Test func `native and SenML payloads look as documented`() throws {
        let native = #/{"ts":\d{13},"device":"[a-z]+-\d{3}","metric":"\w+","value":-?\d+\.\d+,"unit":"[\w/%]+"}/#
        let senML =
            #/\[{"bn":"[a-z]+-\d{3}/","bt":\d+\.\d+,"bu":"[\w/]+",("bver":26,)?"n":"\w+","v":-?\d+\.\d+}]/#
        let city = City(try CitySettings(devices: 20, start: someStart, storm: nil))
        var found: Set<String> = []
        for message in city.prefix(20) {
            let text = String(decoding: message.payload, as: UTF8.self)
            let isNative = message.contentType == "application/json"
            let matches = isNative ? text.wholeMatch(of: native) != nil : text.wholeMatch(of: senML) != nil
            #expect(matches, "\(text)")
            found.insert(message.contentType)
        }
        #expect(found == ["application/json", "application/senml+json"])
    }

    @Test func `secondary units of SenML are declared, and primary ones are not`() throws {
        for message in City(try CitySettings(devices: 20, start: someStart, senMLShare: 1)).prefix(40) {
            let text = String(decoding: message.payload, as: UTF8.self)
            let isSecondary = ["\"mm\"", "\"ug/m3\"", "\"/100\""].contains { text.contains($0) }
            #expect(text.contains("\"bver\":26") == isSecondary)
        }
    }

    @Test(arguments: [1, 4]) func `what is meant malformed is refused, and every fault occurs`(packSize: Int) throws {
        let city = City(
            try CitySettings(
                devices: 20,
                interval: .seconds(1),
                start: someStart,
                duration: .minutes(5),
                badPayloadShare: 1,
                packSize: packSize
            )
        )
        var seen: [String: Set<PayloadFault>] = [:]
        for message in city {
            #expect(message.kind == .malformed)
            #expect(message.readings == 0)
            #expect(seenReadings(message) == nil, "\(String(decoding: message.payload, as: UTF8.self))")
            let fault = try #require(message.fault)
            seen[message.contentType, default: []].insert(fault)
            // These three are no JSON at all; the others are, but break a rule.
            let isJSON = (try? JSONSerialization.jsonObject(with: Data(message.payload))) != nil
            #expect(isJSON != [.truncated, .invalidUTF8, .bareNaN].contains(fault))
        }
        #expect(seen["application/json"] == [.truncated, .invalidUTF8, .bareNaN, .wrongType, .badTime])
        #expect(
            seen["application/senml+json"] == [
                .truncated, .invalidUTF8, .bareNaN, .wrongType, .badName, .twoValues, .mustUnderstand,
            ]
        )
    }
}
