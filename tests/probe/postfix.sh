#!/bin/bash
# A real submission server for the tests: Postfix with Cyrus SASL, a private instance on loopback.
# usage (root): postfix.sh start DIR PORT...(nine) | stop DIR
# needs: postfix openssl sasl2-bin libsasl2-modules libsasl2-modules-db
# Nothing is read from /etc/postfix; whatever is accepted is discarded. SMTP_TEST_PASSWORD is the accounts' password.
set -eu
command=$1
dir=$(readlink -f -m "$2")
shift 2
if [ "$command" = stop ]; then exec postfix -c "$dir/etc" stop; fi
[ $# -eq 9 ] || { echo "nine ports, please" >&2; exit 2; }

install -d -m 755 "$dir" "$dir"/{etc,etc/sasl,queue,log,tls,sasl}
install -d -m 700 -o postfix "$dir/data"

cd "$dir/tls"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=smtptui test CA' \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
    -keyout ca.key -out ca.pem 2>/dev/null
leaf() { # NAME SAN NOT_BEFORE NOT_AFTER: `openssl ca` is the stock way to a date in the past
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
    # Python 3.13 refuses leaves without both key identifiers.
    printf '%s\n' "subjectAltName=$2" extendedKeyUsage=serverAuth keyUsage=digitalSignature \
        basicConstraints=CA:FALSE subjectKeyIdentifier=hash authorityKeyIdentifier=keyid > "$1.ext"
    mkdir -p "db-$1"; : > "db-$1/index.txt"; openssl rand -hex 8 > "db-$1/serial"
    printf '%s\n' '[ca]' default_ca=d '[d]' "new_certs_dir=db-$1" "database=db-$1/index.txt" "serial=db-$1/serial" \
        default_md=sha256 policy=p private_key=ca.key certificate=ca.pem '[p]' commonName=supplied > "db-$1/ca.cnf"
    openssl ca -batch -notext -config "db-$1/ca.cnf" -startdate "$3" -enddate "$4" -extfile "$1.ext" \
        -in "$1.csr" -out "$1.crt" 2>/dev/null
    cat "$1.crt" ca.pem > "$1.pem"
}
day() { date -u -d "$1 day" +%Y%m%d%H%M%SZ; }
leaf good 'DNS:localhost,DNS:smtp.example.test,DNS:*.hosts.test,IP:127.0.0.1' "$(day -2)" "$(day +29)"
leaf wrong 'DNS:other.example' "$(day -2)" "$(day +29)"
leaf expired 'DNS:localhost,DNS:smtp.example.test,IP:127.0.0.1' "$(day -40)" "$(day -10)"
chmod 600 ./*.key

cat > "$dir/etc/main.cf" <<X
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
multi_instance_enable = yes
maillog_file = $dir/log/postfix.log
maillog_file_prefixes = $dir
inet_protocols = ipv4
myhostname = mail.test
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
mynetworks =
default_transport = discard:
relay_transport = discard:
local_transport = discard:
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_sender_login_maps = texthash:$dir/etc/senders
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_tls_security_level = may
smtpd_tls_chain_files = $dir/tls/good.key, $dir/tls/good.pem
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
default_process_limit = 100
X
printf 'ok@mail.test ok@mail.test\n' > "$dir/etc/senders"
cat > "$dir/etc/master.cf" <<X
postlog unix-dgram n - n - 1 postlogd
127.0.0.1:$1 inet n - n - - smtpd -o syslog_name=port-$1
127.0.0.1:$2 inet n - n - - smtpd -o syslog_name=port-$2 -o smtpd_tls_wrappermode=yes
127.0.0.1:$3 inet n - n - - smtpd -o syslog_name=port-$3 -o smtpd_tls_security_level=encrypt -o smtpd_tls_auth_only=yes
127.0.0.1:$4 inet n - n - - smtpd -o syslog_name=port-$4 -o smtpd_tls_security_level=none
127.0.0.1:$5 inet n - n - - smtpd -o syslog_name=port-$5 -o smtpd_sasl_auth_enable=no
127.0.0.1:$6 inet n - n - - smtpd -o syslog_name=port-$6 -o smtpd_sender_restrictions=reject_sender_login_mismatch -o smtpd_tls_security_level=encrypt
127.0.0.1:$7 inet n - n - - smtpd -o syslog_name=port-$7 -o smtpd_tls_wrappermode=yes -o smtpd_tls_chain_files=$dir/tls/expired.key,$dir/tls/expired.pem
127.0.0.1:$8 inet n - n - - smtpd -o syslog_name=port-$8 -o smtpd_tls_wrappermode=yes -o smtpd_tls_chain_files=$dir/tls/wrong.key,$dir/tls/wrong.pem
127.0.0.1:$9 inet n - n - - smtpd -o syslog_name=port-$9 -o smtpd_tls_wrappermode=yes -o smtpd_tls_protocols=>=TLSv1.3
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
discard unix - - n - - discard
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
X
# Debian's Postfix looks for this file beside main.cf.
printf '%s\n' 'pwcheck_method: auxprop' 'auxprop_plugin: sasldb' "sasldb_path: $dir/sasl/db" \
    'mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256' 'log_level: 0' > "$dir/etc/sasl/smtpd.conf"
for user in ok üser; do
    printf %s "$SMTP_TEST_PASSWORD" | saslpasswd2 -p -c -f "$dir/sasl/db" -u mail.test "$user"
done
chown root:postfix "$dir/sasl/db"
chmod 640 "$dir/sasl/db"

postfix -c "$dir/etc" start 2>/dev/null
for _ in $(seq 200); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1"; read -r -t 2 line <&3; [[ $line == 220* ]]) 2>/dev/null && exit 0
    sleep 0.05
done
cat "$dir/log/postfix.log" >&2
exit 1
