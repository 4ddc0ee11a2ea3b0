import type { NginxDirective } from './nginx-directives.ts';

/**
 * Directives of nginx that keep nobody from a file that is there, wherever they stand and whatever they say: logs, limits of time,
 * size and number, headers, filters, TLS, what another server is asked for and how, and what only gives a name to something
 * (nginx.org/en/docs/dirindex.html, and modules that distributions ship).
 */
const harmless = [
  /^(?:access|error)_log$|^(?:log_format|log_not_found|log_subrequest|rewrite_log|open_log_file_cache)$/,
  /^(?:client_(?:body|header|max_body)|keepalive|lingering|send|limit_conn|limit_req|limit_rate)(?:_\w+)?$/,
  /^(?:sendfile|sendfile_max_chunk|tcp_no\w+|aio\w*|directio\w*|output_buffers|postpone_output|read_ahead)$/,
  /^(?:reset_timedout_connection|open_file_cache\w*|connection_pool_size|request_pool_size|max_headers)$/,
  /^(?:large_client_header_buffers|subrequest_output_buffer_size|max_ranges|resolver\w*|variables_hash_\w+)$/,
  /^(?:server_tokens|server_names_hash_\w+|server_name_in_redirect|port_in_redirect|absolute_redirect)$/,
  /^(?:types|types_hash_\w+|default_type|charset\w*|override_charset|source_charset|index|autoindex\w*)$/,
  /^(?:random_index|fancyindex\w*|etag|if_modified_since|merge_slashes|msie_\w+|ignore_invalid_headers)$/,
  /^(?:underscores_in_headers|chunked_transfer_encoding|error_page|recursive_error_pages|mirror\w*)$/,
  /^(?:add_header|add_header_inherit|add_trailer\w*|expires|more_(?:set|clear)_(?:input_)?headers|early_hints)$/,
  /^(?:gzip|gunzip|brotli|zstd)(?:_\w+)?$|^(?:ssi|sub_filter|userid)(?:_\w+)?$/,
  /^(?:ssl_\w+|http2\w*|http3\w*|quic_\w+|set_real_ip_from|real_ip_\w+)$/,
  // Without the directive that passes a request on they do nothing.
  /^(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_(?!pass$)\w+$/,
  /^(?:upstream|map|map_hash_\w+|geo|geoip2?\w*|split_clients|set|uninitialized_variable_warn|match)$/,
  /^(?:secure_link\w*|valid_referers|referer_hash_\w+|ancient_browser\w*|modern_browser\w*|keyval\w*)$/,
  /^(?:auth_basic_user_file|auth_delay|auth_request_set|modsecurity_\w+|dav_\w+|create_full_put_path)$/,
  /^(?:min_delete_depth|status_zone|vhost_traffic_status\w*|otel_\w+|perl_modules|perl_require|perl_set)$/,
  /^(?:js_(?:import|path|set|var|include|preload_object|shared_dict_zone|fetch_\w+|context_reuse\w*))$/,
  /^(?:lua_\w+|init_by_lua\w*|init_worker_by_lua\w*|log_by_lua\w*)$/,
  /^passenger_(?:root|ruby|python|nodejs|log_file|log_level|max_\w+|min_instances|instance_registry_dir)$/,
];

/** What doctor follows: rewrites, access, the place of the files, and other blocks. */
const followed = new Set([
  ...['server', 'location', 'listen', 'server_name', 'root', 'alias', 'try_files', 'internal'],
  ...['allow', 'deny', 'satisfy', 'auth_basic', 'if', 'return', 'rewrite', 'break'],
]);

/** They are one thing alone: on, or off. */
const switches = /^(?:auth_\w+|disable_symlinks|modsecurity|pagespeed|passenger_enabled|ssl)$/;

/** They belong to the block that they stand in; blocks inside of it have none of them. */
const ownOnly =
  /^(?:\w+_pass|content_by_lua\w*|js_content|perl|stub_status|status|api|empty_gif|flv|mp4|hls|limit_except)$/;

/**
 * The first directive of which doctor does not know that it lets a request for a file through; null without one. `around`: the
 * blocks that a request ends in, from the innermost on: what one of them says goes before what is said outside of it.
 */
export function nginxStrange(around: readonly (readonly NginxDirective[])[]): NginxDirective | null {
  const seen = new Set<string>();
  for (const [depth, block] of around.entries()) {
    const strange = block.find(
      each => !seen.has(each.name) && !(depth > 0 && ownOnly.test(each.name)) && !isKnown(each),
    );
    if (strange !== undefined) return strange;
    for (const { name } of block) seen.add(name);
  }
  return null;
}

function isKnown(directive: NginxDirective): boolean {
  return followed.has(directive.name) || isHarmlessNginx(directive);
}

/** Whether it is without consequence for a request for a file, wherever it stands. */
export function isHarmlessNginx({ name, args }: NginxDirective): boolean {
  if (switches.test(name) && args[0] === 'off') return true;
  if (name === 'limit_except') return args.some(method => method.toUpperCase() === 'GET');
  return harmless.some(pattern => pattern.test(name));
}
