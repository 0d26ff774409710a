-- Sends the requests of a file, one a line (method, path, body and perhaps headers between tabs; headers between bars), beginning at a given line.
local requests, at = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local method, path, body, header = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t?(.*)$")
    local headers = body ~= "" and { ["Content-Type"] = "application/json" } or {}
    for name, value in header:gmatch("([^:|]+): ([^|]*)") do headers[name] = value end
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
  at = tonumber(args[2]) % #requests
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local e = summary.errors
  print(string.format(
    '{"perSecond":%f,"p50":%f,"p99":%f,"failed":%d}',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
