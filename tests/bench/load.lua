-- wrk script: METHOD TARGET as one of many users, each with a token of its own from the
-- file TOKENS (none: without a token), or with a body of the file BODIES, a line each. ORDER=once:
-- each user in turn, and an end after the last. COUNT: an end after so many requests. One
-- thread (-t1).
local ffi = require("ffi")
ffi.cdef("int kill(int, int); int getpid(void); int usleep(unsigned);")

local method, target = os.getenv("METHOD"), os.getenv("TARGET")
local once, count = os.getenv("ORDER") == "once", tonumber(os.getenv("COUNT"))
local requests, at = {}, 0

local function lines(name)
	local found = {}
	if os.getenv(name) then
		for line in io.lines(os.getenv(name)) do found[#found + 1] = line end
	end
	return found
end
local tokens, bodies = lines("TOKENS"), lines("BODIES")

local function format(token, body)
	local headers = {}
	if token then headers["Authorization"] = "Bearer " .. token end
	if method == "POST" then
		headers["Content-Type"] = "application/json"
		body = body or '{"planId":"professional","billingCycle":"monthly"}'
	end
	return wrk.format(method, target, headers, body)
end

function init()
	math.randomseed(os.time())
	for i = 1, #tokens do requests[i] = format(tokens[i]) end
	for i = 1, #bodies do requests[i] = format(nil, bodies[i]) end
	if #requests == 0 then requests[1] = format(nil) end
	if once then count = #requests end
end

-- Ends the load, and then wrk, which takes an interrupt for the end of its time once it
-- waits for that.
local function finish()
	wrk.thread:stop()
	if at < 2000 then ffi.C.usleep(100000) end
	ffi.C.kill(ffi.C.getpid(), 2)
end

function request()
	at = at + 1
	if count and at == count then finish() end
	if once then return requests[math.min(at, #requests)] end
	return requests[math.random(1, #requests)]
end

function done(summary, latency)
	local e = summary.errors
	io.write(string.format('{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, ',
		summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
	io.write(string.format('"errors": {"connect": %d, "read": %d, "write": %d, "timeout": %d, "status": %d}}\n',
		e.connect, e.read, e.write, e.timeout, e.status))
end
