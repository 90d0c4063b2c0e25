# One line a connection that ended, flat: jq -c --arg host "$(hostname)" -f events.jq
select(.event == "closed" or .event == "failed")
| {
    time: (.time[0:19] | sub("T"; " ")),
    host: $host,
    event,
    direction: (.direction // ""),
    local_address: .local.address,
    local_port: .local.port,
    remote_address: (.remote.address // ""),
    remote_port: (.remote.port // 0),
    remote_name: (.remote.name // ""),
    process: (.process // ""),
    container: (.container.name // .container.id // ""),
    rx_bytes: (.rx_bytes // 0),
    tx_bytes: (.tx_bytes // 0),
    duration_us: (.duration_us // 0),
    connect_us,
    end_how: (.end.how // ""),
    end_reason: (.end.reason // "")
  }
