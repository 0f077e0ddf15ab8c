# /// script
# requires-python = ">=3.13"
# dependencies = ["dnspython", "email-validator", "netaddr"]
#
# [tool.application]
# does = "Names, addresses and their databases"
# ///
import dns.message
import dns.name
import dns.rdatatype
import dns.zone
import email_validator
import netaddr

print(dns.name.from_text("example.org").labels, dns.message.make_query("example.org", "MX", id=1).to_text())
zone = dns.zone.from_text("$ORIGIN x.\n@ 3600 IN SOA a b 1 2 3 4 5\n@ IN NS n\nn IN A 1.2.3.4\n", "x.")
print(sorted(str(name) for name in zone))
print(email_validator.validate_email("ann@exämple.org", check_deliverability=False).ascii_email)
print(netaddr.EUI("00-1B-77-49-54-FD").oui.registration().org, netaddr.IPNetwork("10.0.0.0/8").size, netaddr.IPAddress("8.8.8.8").info)
