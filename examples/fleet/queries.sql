-- Top talkers of the fleet.
SELECT host, process, sum(rx_bytes) AS received, sum(tx_bytes) AS sent, count() AS connections
FROM connections
GROUP BY host, process
ORDER BY received + sent DESC, host, process
LIMIT 20;

-- Who talks to X: put the address, or the name, in place of the one here.
SELECT host, process, remote_port, count() AS connections, sum(tx_bytes) AS sent
FROM connections
WHERE direction = 'outbound' AND (remote_address = '10.0.0.7' OR remote_name = 'db.example.org')
GROUP BY host, process, remote_port
ORDER BY connections DESC, host, process, remote_port
LIMIT 20;

-- Failed connects by pair.
SELECT host, process, remote_address, remote_port, end_how, count() AS failures
FROM connections
WHERE event = 'failed'
GROUP BY host, process, remote_address, remote_port, end_how
ORDER BY failures DESC, host, process, remote_address, remote_port, end_how
LIMIT 20;

-- Slowest handshakes: of each service with a hundred of them or more.
SELECT remote_address, remote_port, count() AS handshakes, max(connect_us) AS slowest_us, round(avg(connect_us)) AS mean_us
FROM connections
WHERE direction = 'outbound' AND connect_us IS NOT NULL
GROUP BY remote_address, remote_port
HAVING handshakes >= 100
ORDER BY mean_us DESC, remote_address, remote_port
LIMIT 20;

-- New peers since yesterday: in the last day of the table, and never before.
SELECT process, remote_address, min(time) AS first_seen, count() AS connections
FROM connections
WHERE direction = 'outbound'
GROUP BY process, remote_address
HAVING first_seen >= (SELECT max(time) FROM connections) - 86400
ORDER BY connections DESC, process, remote_address
LIMIT 20
