-- Connection ends of a fleet, from `tcptop --events --json` by way of events.jq. For ClickHouse from 18.16 on.
CREATE TABLE IF NOT EXISTS connections
(
    time DateTime,
    host String,
    event String,
    direction String,
    local_address String,
    local_port UInt16,
    remote_address String,
    remote_port UInt16,
    remote_name String,
    process String,
    container String,
    rx_bytes UInt64,
    tx_bytes UInt64,
    duration_us UInt64,
    connect_us Nullable(UInt32),
    end_how String,
    end_reason String
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (host, process, time)
