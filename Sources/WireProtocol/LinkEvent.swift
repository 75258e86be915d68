/// What an endpoint tells the session above it.
package enum LinkEvent: Equatable, Sendable {
  /// A new connection: nothing of an older one will be delivered any more. At the host with
  /// what the device says of itself, at the device nil.
  case connected(Wire.DeviceInfo?)
  /// The connection is gone, and with it every message that was not delivered.
  case disconnected(LinkLoss)
  /// The device answered, and will not serve this host.
  case refused(Wire.Refuse)
  /// A whole message, once, in order.
  case message(Wire.Message)
  /// A message that cannot be read was dropped.
  case malformed(WireError)
}

/// Why a connection ended.
package enum LinkLoss: String, Equatable, Sendable {
  /// The transport says that the other end is gone.
  case transport
  /// Nothing was heard for too long.
  case silence
  /// The device answers from another boot or another connection.
  case restarted
  /// The line damages every frame of this length; the next connection uses shorter ones.
  case noise
  /// The other end opened a new connection.
  case replaced
}
