"""What the simulators of the Graph API's platforms share: errors, fields, and signing in with Facebook."""
