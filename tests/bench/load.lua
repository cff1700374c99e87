-- wrk script: METHOD TARGET as one of many users, each with a token of its own from the
-- file TOKENS (none: without a token). ORDER=once: each user in turn, and an end after the
-- last. COUNT: an end after so many requests. One thread (-t1).
local ffi = require("ffi")
ffi.cdef("int kill(int, int); int getpid(void); int usleep(unsigned);")

local method, target = os.getenv("METHOD"), os.getenv("TARGET")
local once, count = os.getenv("ORDER") == "once", tonumber(os.getenv("COUNT"))
local tokens, requests, at = {}, {}, 0
if os.getenv("TOKENS") then
	for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = line end
end

local function format(token)
	local headers, body = {}, nil
	if token then headers["Authorization"] = "Bearer " .. token end
	if method == "POST" then
		headers["Content-Type"] = "application/json"
		body = '{"planId":"professional","billingCycle":"monthly"}'
	end
	return wrk.format(method, target, headers, body)
end

function init()
	math.randomseed(os.time())
	for i = 1, #tokens do requests[i] = format(tokens[i]) end
	if #tokens == 0 then requests[1] = format(nil) end
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
